/** What a benchmark gives back, and how it is kept: one JSON file each, with the machine it was measured on. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeMachine, type Machine } from "./machine.ts";

export interface BenchResult<Figures extends object = object> {
  /** Name of the result file. */
  readonly name: string;
  readonly title: string;
  /** The measured figures, as JSON. */
  readonly figures: Figures;
  /** The same for people. */
  readonly table: string;
}

/** The content of a result file: figures, and where they were measured. */
export type Kept<Figures extends object> = Figures & {
  readonly bench: string;
  readonly title: string;
  readonly date: string;
  readonly machine: Machine;
};

const FOLDER = join(import.meta.dirname, "results");

/**
 * Writes a result file.
 *
 * @param local - Whether it is of this machine alone: such files are not kept in the repository.
 * @returns Its path.
 */
export function saveResult({ name, title, figures }: BenchResult, local: boolean): string {
  const path = pathOf(name, local);
  mkdirSync(FOLDER, { recursive: true });
  const measured = { bench: name, title, date: new Date().toISOString(), machine: describeMachine(), ...figures };
  writeFileSync(path, `${JSON.stringify(measured, null, 2)}\n`);
  return path;
}

/**
 * Reads a result file.
 *
 * @throws Where there is none, with how to make it.
 */
export function readResult<Figures extends object>(name: string, local: boolean): Kept<Figures> {
  const path = pathOf(name, local);
  if (!existsSync(path)) throw new Error(`${path} is missing: npm run bench -- ${name}`);
  return JSON.parse(readFileSync(path, "utf8")) as Kept<Figures>;
}

/** The same of the repository; null where it has none. */
export function findResult<Figures extends object>(name: string): Kept<Figures> | null {
  return existsSync(pathOf(name, false)) ? readResult<Figures>(name, false) : null;
}

function pathOf(name: string, local: boolean): string {
  return join(FOLDER, `${local ? "local-" : ""}${name}.json`);
}

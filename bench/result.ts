/** What a benchmark gives back, and how it is kept: one JSON file each, with the machine it was measured on. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeMachine } from "./machine.ts";

export interface BenchResult {
  /** Name of the result file. */
  readonly name: string;
  readonly title: string;
  /** The measured figures, as JSON. */
  readonly figures: object;
  /** The same for people. */
  readonly table: string;
}

const FOLDER = join(import.meta.dirname, "results");

/**
 * Writes a result file.
 *
 * @param local - Whether it is of this machine alone: such files are not kept in the repository.
 * @returns Its path.
 */
export function saveResult({ name, title, figures }: BenchResult, local: boolean): string {
  const path = join(FOLDER, `${local ? "local-" : ""}${name}.json`);
  mkdirSync(FOLDER, { recursive: true });
  const measured = { bench: name, title, date: new Date().toISOString(), machine: describeMachine(), ...figures };
  writeFileSync(path, `${JSON.stringify(measured, null, 2)}\n`);
  return path;
}

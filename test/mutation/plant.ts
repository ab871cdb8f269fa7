/** Plants Stryker's mutants in a file: one text that has them all, each behind a switch of its own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Mutant, Planted } from "./judge.ts";

const ROOT = join(import.meta.dirname, "../..");

/** What is used of Stryker's instrumenter. */
interface Instrumenting {
  readonly Instrumenter: new (
    logger: object,
  ) => { instrument(files: readonly object[], options: object): Promise<Instrumented> };
}

interface Instrumented {
  readonly files: readonly { readonly content: string }[];
  readonly mutants: readonly {
    readonly id: string;
    /** `Ignored` where a comment of the file says so. */
    readonly status?: string;
    readonly mutatorName: string;
    readonly replacement: string;
    /** Counted from 0. */
    readonly location: { readonly start: { readonly line: number; readonly column: number } };
  }[];
}

/** Where the planted text begins to count what is passed: with a mutant active nobody asks, and it would cost most of the time. */
const COUNTING = "function cover() {";

/** @param file - Below the project's root. */
export async function plant(file: string): Promise<Planted> {
  const module = join(import.meta.dirname, "node_modules/@stryker-mutator/instrumenter/dist/src/index.js");
  const { Instrumenter } = (await import(pathToFileURL(module).href)) as Instrumenting;
  const quiet = { debug: () => undefined, info: () => undefined, isDebugEnabled: () => false };
  const content = readFileSync(join(ROOT, file), "utf8");
  const options = { plugins: null, ignorers: [], excludedMutations: [] };
  const planted = await new Instrumenter(quiet).instrument([{ name: file, mutate: true, content }], options);
  const mutants = planted.mutants
    .filter(({ status }) => status !== "Ignored")
    .map(({ id, mutatorName, replacement, location: { start } }): Mutant => {
      const [line, column] = [start.line + 1, start.column + 1];
      return { id, line, column, mutator: mutatorName, replacement, status: "NoCoverage" };
    });
  return {
    file,
    text: planted.files[0]!.content.replace(COUNTING, `$& if (ns.activeMutant !== void 0) return;`),
    mutants,
  };
}

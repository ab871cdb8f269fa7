/**
 * Plants one mistake after the other and looks for a generated trace on which the engines then differ. Traces that found a mistake
 * before are tried first, so that a run takes seconds; `node test/helpers/seeded-bugs-worker.ts` notes them anew, for when the
 * generators have changed.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import fc from "fast-check";
import { createEngine, createReference } from "../../engine/index.ts";
import { arbitraryTrace, type Trace } from "./generators.ts";
import { arbitraryStateTrace } from "./generators-state.ts";
import { lockstep, type MakeEngine } from "./lockstep.ts";
import { plant } from "./planted-engine.ts";
import { SEEDED_BUGS, type SeededBug } from "./seeded-bugs.ts";

/** What became of one mistake: the number of the trace that found it, or null; or why it could not be planted. */
export interface SeededBugResult {
  readonly name: string;
  readonly found: number | null;
  readonly failure: string | null;
}

const NOTES = new URL("seeded-bugs.json", import.meta.url);
const MOST_TRACES = 4_000;
const AT_A_TIME = 10;
const SEED = 11;

const batches: Trace[][] = [];

/** A trace by its number: of any policy, and of policies of much state, in turn. Each batch has a seed of its own. */
function traceAt(index: number): Trace {
  const batch = Math.floor(index / AT_A_TIME);
  const pairs = fc.tuple(arbitraryTrace, arbitraryStateTrace);
  batches[batch] ??= fc.sample(pairs, { numRuns: AT_A_TIME / 2, seed: SEED + batch }).flat();
  return batches[batch][index % AT_A_TIME]!;
}

function differs(index: number, engines: readonly MakeEngine[]): boolean {
  return lockstep(traceAt(index), engines).difference !== null;
}

/** The number of a trace on which an engine with a mistake differs from the other engine without. */
async function search(bug: SeededBug, noted: number): Promise<number | null> {
  const other = bug.file.startsWith("reference/") ? createEngine : createReference;
  const engines = [other, await plant(bug)];
  if (differs(noted, engines)) return noted;
  for (let index = 0; index < MOST_TRACES; index++) {
    if (bug.shows.test(JSON.stringify(traceAt(index))) && differs(index, engines)) return index;
  }
  return null;
}

async function judge(bug: SeededBug, noted: number): Promise<SeededBugResult> {
  const { name } = bug;
  try {
    return { name, found: await search(bug, noted), failure: null };
  } catch (problem) {
    return { name, found: null, failure: problem instanceof Error ? problem.message : String(problem) };
  }
}

const notes = JSON.parse(readFileSync(NOTES, "utf8")) as Record<string, number>;
for (const bug of SEEDED_BUGS) {
  const result = await judge(bug, notes[bug.name] ?? 0);
  if (result.found !== null) notes[bug.name] = result.found;
  if (parentPort === null) process.stdout.write(`${bug.name}: ${result.failure ?? result.found}\n`);
  // A worker's port has no origin.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort?.postMessage(result);
}
if (parentPort === null) writeFileSync(NOTES, `${JSON.stringify(notes, null, 2)}\n`);

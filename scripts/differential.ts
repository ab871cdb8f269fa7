/**
 * `node scripts/differential.ts [--steps N] [--seed N]`: runs generated traces through the compiled engine and the reference, side by
 * side, until N steps (10,000,000) gave the same decisions and the same state, and prints how many there were of each kind of trace. The exit
 * status is 1 where the two differ; the difference is printed with the command that repeats it.
 */
import { parseArgs } from "node:util";
import fc from "fast-check";
import { createEngine, createReference } from "../engine/index.ts";
import { arbitraryTrace, arbitraryWideTrace, type Trace } from "../test/helpers/generators.ts";
import { arbitraryStateTrace } from "../test/helpers/generators-state.ts";
import { lockstep } from "../test/helpers/lockstep.ts";

/** Kinds of traces, with how many of each are drawn in a round. */
const KINDS: readonly (readonly [name: string, traces: fc.Arbitrary<Trace>, count: number])[] = [
  ["any policy", arbitraryTrace, 60],
  ["much state", arbitraryStateTrace, 40],
  ["many rules", arbitraryWideTrace, 2],
];
const PRINT_EVERY = 60_000;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Draws traces of every kind by one seed; the steps of each kind, or null where the engines differ. */
function round(seed: number): number[] | null {
  const steps: number[] = [];
  for (const [name, traces, count] of KINDS) {
    let sum = 0;
    for (const [index, trace] of fc.sample(traces, { numRuns: count, seed }).entries()) {
      const { difference } = lockstep(trace, [createReference, createEngine]);
      sum += trace.steps.length;
      if (difference === null) continue;
      say(`FAILED ${name}, seed ${seed}, trace ${index}: ${difference}`);
      say(`replay: node scripts/differential.ts --steps 1 --seed ${seed}`);
      return null;
    }
    steps.push(sum);
  }
  return steps;
}

function main(): number {
  const { values } = parseArgs({ options: { steps: { type: "string" }, seed: { type: "string" } } });
  const goal = Number(values.steps ?? 10_000_000);
  const first = Number(values.seed ?? Date.now() % 1e9);
  if (!(goal > 0) || !Number.isInteger(first)) {
    process.stderr.write("edgepolicy: --steps and --seed are numbers\n");
    return 2;
  }
  const sums = KINDS.map(() => 0);
  const total = (): number => sums.reduce((sum, each) => sum + each, 0);
  const start = Date.now();
  let printed = start;
  let seed = first;
  for (; total() < goal; seed++) {
    const steps = round(seed);
    if (steps === null) return 1;
    for (const [index, each] of steps.entries()) sums[index] = (sums[index] ?? 0) + each;
    if (Date.now() - printed < PRINT_EVERY) continue;
    printed = Date.now();
    say(`${total()} steps so far, up to seed ${seed}`);
  }
  for (const [index, [name]] of KINDS.entries()) say(`held  ${name.padEnd(12)} ${sums[index]} steps`);
  say(
    `compiled = reference over ${total()} steps, seeds ${first} to ${seed - 1}, ${Math.round((Date.now() - start) / 1_000)} s`,
  );
  return 0;
}

process.exitCode = main();

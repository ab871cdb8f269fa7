/**
 * `npm run fuzz [-- --seconds N | --inputs N] [--seed N] [--target NAME]`: fuzzes every stage that reads text, for N seconds in all (60) or by N
 * inputs each, and prints how many each was given. The exit status is 1 where one broke a promise; the input is printed with the command that
 * repeats it.
 */
import { parseArgs } from "node:util";
import { fuzz, type FuzzBudget, type FuzzResult } from "../test/fuzz/run.ts";
import type { FuzzTarget } from "../test/fuzz/inputs.ts";
import { TARGETS } from "../test/fuzz/targets.ts";

function report({ name }: FuzzTarget, seed: number, result: FuzzResult): void {
  const { inputs, characters, slowest, failure } = result;
  const size = `${(characters / 1e6).toFixed(1)} M characters`;
  const worst = `slowest ${slowest.millis.toFixed(0)} ms for ${slowest.length} characters`;
  process.stdout.write(
    `${failure === null ? "held  " : "FAILED"} ${name.padEnd(16)} ${inputs} inputs, ${size}, ${worst}\n`,
  );
  if (failure === null) return;
  process.stdout.write(`${failure.reason}\ninput: ${failure.input}\n`);
  process.stdout.write(`replay: npm run fuzz -- --target "${name}" --seed ${seed}\n`);
}

/** What each of so many targets gets; null where it is no number. */
function budgetOf(seconds: string | undefined, inputs: string | undefined, targets: number): FuzzBudget | null {
  const number = Number(inputs ?? seconds ?? 60);
  if (!(number > 0) || (inputs !== undefined && seconds !== undefined)) return null;
  if (inputs !== undefined) return { inputs: number, millis: Infinity };
  return { inputs: Infinity, millis: (number * 1_000) / targets };
}

function main(): number {
  const text = { type: "string" } as const;
  const { values } = parseArgs({ options: { seconds: text, inputs: text, seed: text, target: text } });
  const seed = Number(values.seed ?? Date.now() % 1e9);
  const targets = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
  const budget = budgetOf(values.seconds, values.inputs, targets.length);
  if (budget === null || !Number.isInteger(seed) || targets.length === 0) {
    process.stderr.write(
      `edgepolicy: one of --seconds and --inputs, and --seed, are numbers; targets are ${TARGETS.map(({ name }) => name).join(", ")}\n`,
    );
    return 2;
  }
  process.stdout.write(`seed ${seed}\n`);
  let failed = false;
  for (const target of targets) {
    const result = fuzz(target, seed, budget);
    report(target, seed, result);
    failed ||= result.failure !== null;
  }
  return failed ? 1 : 0;
}

process.exitCode = main();

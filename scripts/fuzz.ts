/**
 * `npm run fuzz [-- --seconds N] [--seed N] [--target NAME]`: fuzzes every stage that reads text for N seconds in all (60), and prints how many
 * inputs each was given. The exit status is 1 where one broke a promise; the input is printed with the command that repeats it.
 */
import { parseArgs } from "node:util";
import { fuzz, type FuzzResult } from "../test/fuzz/run.ts";
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

function main(): number {
  const { values } = parseArgs({
    options: { seconds: { type: "string" }, seed: { type: "string" }, target: { type: "string" } },
  });
  const seconds = Number(values.seconds ?? 60);
  const seed = Number(values.seed ?? Date.now() % 1e9);
  const targets = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);
  if (!(seconds > 0) || !Number.isInteger(seed) || targets.length === 0) {
    process.stderr.write(
      `edgepolicy: --seconds and --seed are numbers; targets are ${TARGETS.map(({ name }) => name).join(", ")}\n`,
    );
    return 2;
  }
  process.stdout.write(`seed ${seed}\n`);
  let failed = false;
  for (const target of targets) {
    const result = fuzz(target, seed, { inputs: Infinity, millis: (seconds * 1_000) / targets.length });
    report(target, seed, result);
    failed ||= result.failure !== null;
  }
  return failed ? 1 : 0;
}

process.exitCode = main();

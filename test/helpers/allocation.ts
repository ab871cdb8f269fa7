/** Starts the process that counts allocations, with the flags that make it exact. `node test/helpers/allocation.ts [NAME …] [--where]` prints. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import type { Allocated } from "./allocation-worker.ts";

const WORKER = join(import.meta.dirname, "allocation-worker.ts");
const FLAGS = [
  "--expose-gc",
  // Half of the young generation, in MiB: no collection until it is full.
  "--min-semi-space-size=256",
  "--max-semi-space-size=256",
  // Code is optimised where it is asked for, not whenever another thread is done.
  "--no-concurrent-recompilation",
  "--single-threaded-gc",
];

/**
 * Bytes that a decision allocates, by case; without names, of all cases.
 *
 * @throws Error with what the process said, where it failed.
 */
export function allocated(...names: readonly string[]): readonly Allocated[] {
  const options = { encoding: "utf8", maxBuffer: 2 ** 24 } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...FLAGS, WORKER, ...names], options);
  if (status !== 0) throw new Error(`the process that counts allocations failed:\n${stderr}`);
  const lines = stdout.split("\n").filter((line) => line.startsWith("{"));
  return lines.map((line) => JSON.parse(line) as Allocated);
}

if (import.meta.main) {
  process.exitCode =
    spawnSync(process.execPath, [...FLAGS, WORKER, ...process.argv.slice(2)], { stdio: "inherit" }).status ?? 1;
}

/** Starting: `edgepolicy serve` of the example, from its start until it says that it enforces, in a process of its own. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { percentile, round } from "./measure.ts";
import { programOf } from "./program.ts";
import type { BenchResult } from "./result.ts";
import { table } from "./table.ts";

const STARTS = { full: 15, quick: 1 };
const POLICY = join(import.meta.dirname, "../examples/orders/orders.edgepolicy");

/** Milliseconds until it is ready. */
export interface StartFigures {
  readonly starts: number;
  readonly median: number;
  readonly best: number;
  readonly worst: number;
}

export async function benchStart(quick: boolean): Promise<BenchResult<StartFigures>> {
  const program = programOf(quick);
  const starts = quick ? STARTS.quick : STARTS.full;
  const times: number[] = [];
  // The first start comes before all caches of the system, and is not kept.
  for (let start = -1; start < starts; start++) {
    const millis = await startOnce(program);
    if (start >= 0) times.push(millis);
  }
  const sorted = times.sort((a, b) => a - b);
  const [median, best, worst] = [percentile(sorted, 50), sorted[0] ?? 0, sorted.at(-1) ?? 0].map(round);
  const figures = { starts, median: median ?? 0, best: best ?? 0, worst: worst ?? 0 };
  return {
    name: "start",
    title: "start: milliseconds until `edgepolicy serve` of the example is ready",
    figures,
    table: table(["", "median", "best", "worst"], [["serve", String(median), String(best), String(worst)]]),
  };
}

function startOnce(program: string): Promise<number> {
  const began = performance.now();
  const args = [program, "serve", POLICY, "--listen", "127.0.0.1:0", "--admin", "off", "--no-watch"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  return new Promise((resolve, reject) => {
    let millis = -1;
    let said = "";
    child.stdout.once("data", () => {
      millis = performance.now() - began;
      child.kill();
    });
    child.stderr.on("data", (text: Buffer) => (said += text.toString()));
    child.once("error", reject);
    child.once("close", () => {
      if (millis >= 0) resolve(millis);
      else reject(new Error(`edgepolicy serve did not start: ${said}`));
    });
  });
}

/**
 * Starting: `edgepolicy serve` of the example, from its start until it says that it enforces, in a process of its own: with the
 * cache of compiled code that earlier starts have left, as an installed program has it, and as the first start ever.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { percentile, round } from "./measure.ts";
import { cacheIn, programOf } from "./program.ts";
import type { BenchResult } from "./result.ts";
import { table } from "./table.ts";

const STARTS = { full: 15, quick: 1 };
const POLICY = join(import.meta.dirname, "../examples/orders/orders.edgepolicy");

/** Milliseconds until it is ready. */
export interface StartFigures extends Spread {
  readonly starts: number;
  /** Without a cache. Results of before there was one have none. */
  readonly first?: Spread;
}

interface Spread {
  readonly median: number;
  readonly best: number;
  readonly worst: number;
}

export async function benchStart(quick: boolean): Promise<BenchResult<StartFigures>> {
  const program = programOf(quick);
  const starts = quick ? STARTS.quick : STARTS.full;
  const folder = mkdtempSync(join(tmpdir(), "edgepolicy-bench-"));
  const cached: number[] = [];
  const uncached: number[] = [];
  try {
    // The first start comes before all caches of the system and leaves the program's own; it is not kept.
    for (let start = -1; start < starts; start++) {
      const withCache = await startOnce(program, join(folder, "cache"));
      const withoutCache = await startOnce(program, join(folder, `empty-${start}`));
      if (start < 0) continue;
      cached.push(withCache);
      uncached.push(withoutCache);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const first = spreadOf(uncached);
  const figures = { starts, ...spreadOf(cached), first };
  const cells = ({ median, best, worst }: Spread): string[] => [median, best, worst].map(String);
  return {
    name: "start",
    title: "start: milliseconds until `edgepolicy serve` of the example is ready",
    figures,
    table: table(
      ["", "median", "best", "worst"],
      [
        ["serve", ...cells(figures)],
        ["first start", ...cells(first)],
      ],
    ),
  };
}

function spreadOf(times: readonly number[]): Spread {
  const sorted = [...times].sort((a, b) => a - b);
  return { median: round(percentile(sorted, 50)), best: round(sorted[0] ?? 0), worst: round(sorted.at(-1) ?? 0) };
}

function startOnce(program: string, cache: string): Promise<number> {
  const env = cacheIn(cache);
  const began = performance.now();
  const args = [program, "serve", POLICY, "--listen", "127.0.0.1:0", "--admin", "off", "--no-watch"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env });
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

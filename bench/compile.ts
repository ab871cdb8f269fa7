/**
 * Compiling 10 to 10,000 rules, cold: each measurement is a process of its own that has compiled nothing before and finds no
 * code that another one compiled. Text to policy model and policy model to program are told apart, because a bundle needs the
 * second alone; reading one is told beside them.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CompileTimes } from "./compile-once.ts";
import { round } from "./measure.ts";
import type { BenchResult } from "./result.ts";
import { RULE_SETS, sizesOf } from "./rule-sets.ts";
import { table } from "./table.ts";

const FULL = { counts: [10, 100, 1_000, 10_000], processes: 2, sets: RULE_SETS };
const QUICK = { counts: [10], processes: 1, sets: RULE_SETS.slice(0, 2) };

interface Row {
  readonly kind: string;
  readonly rules: number;
  /** Milliseconds, the best of the processes: what disturbs a cold start only adds to it. */
  readonly loadMs: number;
  readonly compileMs: number;
  /** From the bytes of a bundle to the policy model. */
  readonly bundleMs: number;
}

/** What the group measures. */
export interface CompileFigures {
  readonly processes: number;
  readonly rows: readonly Row[];
}

export function benchCompile(quick: boolean): BenchResult<CompileFigures> {
  const { counts, processes, sets } = quick ? QUICK : FULL;
  const rows = sets.flatMap((set) => sizesOf(set, counts).map((rules) => measure(set.kind, rules, processes)));
  return {
    name: "compile",
    title: "compile: milliseconds in a process that has compiled nothing before",
    figures: { processes, rows },
    table: table(
      ["by", "rules", "text to policy", "policy to program", "bundle to policy"],
      rows.map(({ kind, rules, loadMs, compileMs, bundleMs }) => [
        kind,
        rules.toLocaleString("en"),
        String(loadMs),
        String(compileMs),
        String(bundleMs),
      ]),
    ),
  };
}

function measure(kind: string, rules: number, processes: number): Row {
  const folder = mkdtempSync(join(tmpdir(), "edgepolicy-bench-"));
  try {
    const bundle = join(folder, "policy.epb");
    const times = Array.from({ length: processes }, () => compileOnce(kind, rules, bundle));
    const best = (of: (each: CompileTimes) => number): number => round(Math.min(...times.map(of)));
    const bundles = Array.from({ length: processes }, () => Number(run("bundle-once.ts", bundle)));
    const loadMs = best((each) => each.loadMs);
    return {
      kind,
      rules,
      loadMs,
      compileMs: best(({ compileMs }) => compileMs),
      bundleMs: round(Math.min(...bundles)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compileOnce(kind: string, rules: number, bundle: string): CompileTimes {
  return JSON.parse(run("compile-once.ts", kind, String(rules), bundle)) as CompileTimes;
}

function run(program: string, ...args: readonly string[]): string {
  const child = [join(import.meta.dirname, program), ...args];
  const env = { ...process.env, NODE_DISABLE_COMPILE_CACHE: "1" };
  const { status, stdout, stderr } = spawnSync(process.execPath, child, { encoding: "utf8", env });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed: ${stderr}`);
  return stdout;
}

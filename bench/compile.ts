/**
 * Compiling 10 to 10,000 rules, cold: each measurement is a process of its own that has compiled nothing before. Text to policy
 * model and policy model to program are told apart, because a bundle or a reload of the same text needs the second alone.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { CompileTimes } from "./compile-once.ts";
import { round } from "./measure.ts";
import type { BenchResult } from "./result.ts";
import { RULE_SETS, sizesOf } from "./rule-sets.ts";
import { table } from "./table.ts";

const FULL = { counts: [10, 100, 1_000, 10_000], processes: 2 };
const QUICK = { counts: [10], processes: 1 };

interface Row {
  readonly kind: string;
  readonly rules: number;
  /** Milliseconds, the best of the processes: what disturbs a cold start only adds to it. */
  readonly loadMs: number;
  readonly compileMs: number;
}

/** What the group measures. */
export interface CompileFigures {
  readonly processes: number;
  readonly rows: readonly Row[];
}

export function benchCompile(quick: boolean): BenchResult<CompileFigures> {
  const { counts, processes } = quick ? QUICK : FULL;
  const rows = RULE_SETS.flatMap((set) => sizesOf(set, counts).map((rules) => measure(set.kind, rules, processes)));
  return {
    name: "compile",
    title: "compile: milliseconds in a process that has compiled nothing before",
    figures: { processes, rows },
    table: table(
      ["by", "rules", "text to policy", "policy to program"],
      rows.map(({ kind, rules, loadMs, compileMs }) => [
        kind,
        rules.toLocaleString("en"),
        String(loadMs),
        String(compileMs),
      ]),
    ),
  };
}

function measure(kind: string, rules: number, processes: number): Row {
  const times = Array.from({ length: processes }, () => compileOnce(kind, rules));
  const best = (of: (each: CompileTimes) => number): number => round(Math.min(...times.map(of)));
  return { kind, rules, loadMs: best(({ loadMs }) => loadMs), compileMs: best(({ compileMs }) => compileMs) };
}

function compileOnce(kind: string, rules: number): CompileTimes {
  const child = join(import.meta.dirname, "compile-once.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [child, kind, String(rules)], { encoding: "utf8" });
  if (status !== 0) throw new Error(`compiling ${rules} rules by ${kind} failed: ${stderr}`);
  return JSON.parse(stdout) as CompileTimes;
}

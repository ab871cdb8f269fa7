/**
 * Checking: text to policy model with all lints, in this process once it is warm, and as `edgepolicy check FILE` in a process of
 * its own, start-up included: with the cache of compiled code that earlier starts have left, as an installed program has it, and as
 * the first start ever, which finds none and writes it.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadPolicyText } from "../dsl/index.ts";
import { longPolicy } from "./long-policy.ts";
import { percentile, round, timeInTurn } from "./measure.ts";
import { cacheIn, programOf } from "./program.ts";
import type { BenchResult } from "./result.ts";
import { table } from "./table.ts";

const FULL = { rounds: 20, warmUp: 5, starts: 11 };
const QUICK = { rounds: 2, warmUp: 1, starts: 1 };
const LENGTHS = [10, 100, 1_000];

interface Row {
  readonly lines: number;
  /** Milliseconds in this process. */
  readonly inProcess: { readonly median: number; readonly best: number };
  /** Milliseconds of the command, from its start to its end, with a cache of compiled code. */
  readonly command: Spread;
  /** The same without one. Results of before there was a cache have none. */
  readonly first?: Spread;
}

interface Spread {
  readonly median: number;
  readonly best: number;
}

/** What the group measures. */
export interface CheckFigures {
  readonly rounds: number;
  readonly starts: number;
  readonly program: string;
  readonly rows: readonly Row[];
  readonly emptyNodeMs: number;
}

export function benchCheck(quick: boolean): BenchResult<CheckFigures> {
  const { rounds, warmUp, starts } = quick ? QUICK : FULL;
  const program = programOf(quick);
  const texts = LENGTHS.map((lines) => longPolicy(lines).join("\n"));
  const warm = timeInTurn(texts.map(contestant), rounds, warmUp);
  const commands = timeCommands(program, texts, starts);
  const rows = texts.map((text, index): Row => {
    const { median = 0, best = 0 } = warm[index] ?? {};
    return {
      lines: text.split("\n").length,
      inProcess: { median: round(median / 1e6), best: round(best / 1e6) },
      command: spreadOf(commands.cached[index]),
      first: spreadOf(commands.first[index]),
    };
  });
  const startMs = round(Math.min(...(commands.cached.at(-1) ?? [])));
  return {
    name: "check",
    title: "check: milliseconds from text to a checked policy with its lints",
    figures: { rounds, starts, program: quick ? "from source" : "as packaged", rows, emptyNodeMs: startMs },
    table: table(
      ["lines", "in process", "best", "edgepolicy check", "best", "first start", "best"],
      [
        ...rows.map(({ lines, inProcess, command, first = command }) => [
          lines.toLocaleString("en"),
          ...[inProcess, command, first].flatMap(({ median, best }) => [String(median), String(best)]),
        ]),
        ["node alone", "", "", "", String(startMs), "", ""],
      ],
    ),
  };
}

function contestant(text: string): { readonly name: string; readonly steps: number; readonly run: () => number } {
  const run = (): number => {
    const { policy } = loadPolicyText(text);
    if (policy === null) throw new Error("the policy does not check");
    return policy.rules.length;
  };
  return { name: `${text.length} characters`, steps: 1, run };
}

function spreadOf(times: readonly number[] = []): Spread {
  const sorted = [...times].sort((a, b) => a - b);
  return { median: round(percentile(sorted, 50)), best: round(sorted[0] ?? 0) };
}

/** Milliseconds of each start by text, in turn; and after those of the texts, of a Node that does nothing. */
interface Starts {
  readonly cached: readonly (readonly number[])[];
  readonly first: readonly (readonly number[])[];
}

function timeCommands(program: string, texts: readonly string[], starts: number): Starts {
  const folder = mkdtempSync(join(tmpdir(), "edgepolicy-bench-"));
  try {
    const commands = texts.map((text, index) => {
      const file = join(folder, `${index}.edgepolicy`);
      writeFileSync(file, `${text}\n`);
      return [program, "check", file];
    });
    const samples = [...commands, ["-e", "0"]].map((args) => ({ args, cached: [] as number[], first: [] as number[] }));
    // The first start comes before all caches of the system and leaves the program's own; it is not kept.
    for (let start = -1; start < starts; start++) {
      for (const [index, { args, cached, first }] of samples.entries()) {
        const withCache = timeCommand(args, join(folder, "cache", String(index)));
        const withoutCache = timeCommand(args, join(folder, "empty", `${index}-${start}`));
        if (start < 0) continue;
        cached.push(withCache);
        first.push(withoutCache);
      }
    }
    return { cached: samples.map(({ cached }) => cached), first: samples.map(({ first }) => first) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function timeCommand(args: readonly string[], cache: string): number {
  const env = cacheIn(cache);
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env });
  const millis = performance.now() - began;
  if (status !== 0) throw new Error(`edgepolicy check ended with ${status}: ${stderr}`);
  return millis;
}

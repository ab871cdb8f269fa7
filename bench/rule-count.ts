/**
 * What the number of rules costs: 10 to 10,000 rules that tell requests apart in one of several ways, and a request that
 * meets the first, the middle, the last, any or none of them. The answer is checked before it is timed.
 */
import type { PolicyEngine, Request } from "../engine/index.ts";
import { createEngine } from "../engine/index.ts";
import { percentile, round } from "./measure.ts";
import type { BenchResult } from "./result.ts";
import { policyOf, RULE_SETS, type RuleSet, requestFor, sizesOf } from "./rule-sets.ts";
import { seeded } from "./seeded.ts";
import { table } from "./table.ts";

const FULL = { counts: [10, 100, 1_000, 10_000], batches: 2_000 };
const QUICK = { counts: [10, 100], batches: 50 };
/** Decisions timed at once: one alone is shorter than the clock can tell. So `p99` is of means of so many. */
const BATCH = 32;
/** What timing one case may take, as long as there are enough batches. */
const MOST_MS = 2_000;
const LEAST_BATCHES = 50;
/** Requests of `any`, in random order. */
const MIXED = 1_024;
const NOW_MICROS = Date.UTC(2026, 0, 1) * 1_000;

interface Row {
  readonly kind: string;
  readonly rules: number;
  /** Milliseconds from the policy model to a program. */
  readonly compileMs: number;
  /** Nanoseconds a decision by what the request meets. */
  readonly median: Readonly<Record<string, number>>;
  readonly p99: Readonly<Record<string, number>>;
}

/** What the group measures. */
export interface RuleCountFigures {
  readonly batch: number;
  readonly batches: number;
  readonly rows: readonly Row[];
  readonly ratios: readonly Ratio[];
}

export function benchRuleCount(quick: boolean): BenchResult<RuleCountFigures> {
  const { counts, batches } = quick ? QUICK : FULL;
  const rows = RULE_SETS.flatMap((set) => measureSet(set, sizesOf(set, counts), batches));
  const ratios = RULE_SETS.map(({ kind }) => ratioOf(rows.filter((row) => row.kind === kind)));
  return {
    name: "rule-count",
    title: `rule count: median nanoseconds a decision, and p99 of means of ${BATCH}`,
    figures: { batch: BATCH, batches, rows, ratios },
    table: `${tableOf(rows)}\n\n${ratioTable(ratios)}`,
  };
}

/** One program of a set. */
interface Program {
  readonly rules: number;
  readonly compileMs: number;
  readonly engine: PolicyEngine;
}

/** Times all sizes of a set side by side: a machine that is slow for a while then slows all of them. */
function measureSet(set: RuleSet, counts: readonly number[], batches: number): readonly Row[] {
  const programs = counts.map((count) => compileSet(set, count));
  const rows = programs.map(({ rules, compileMs }) => ({
    kind: set.kind,
    rules,
    compileMs,
    median: {} as Record<string, number>,
    p99: {} as Record<string, number>,
  }));
  for (const name of CASES) {
    const runs = programs.map(({ engine, rules }): Run => {
      const cases = casesOf(set, rules)[name];
      checkAnswers(set, engine, cases, rules);
      return { engine, requests: cases.map(({ request }) => request), means: [] };
    });
    timeBatches(runs, batches);
    for (const [index, { means }] of runs.entries()) {
      const row = rows[index];
      if (row === undefined) continue;
      row.median[name] = round(percentile(ascending(means), 50));
      row.p99[name] = round(calmestP99(means));
    }
  }
  return rows;
}

/** Parts of the batches, in the order in which they ran. */
const PARTS = 4;

/** The least of the parts' 99th percentiles: whatever else runs on the machine only adds to one. */
function calmestP99(means: readonly number[]): number {
  const length = Math.ceil(means.length / PARTS);
  const parts = Array.from({ length: PARTS }, (_, part) => means.slice(part * length, (part + 1) * length));
  return Math.min(...parts.filter((part) => part.length > 0).map((part) => percentile(ascending(part), 99)));
}

function ascending(values: readonly number[]): readonly number[] {
  return values.toSorted((a, b) => a - b);
}

function compileSet(set: RuleSet, count: number): Program {
  const policy = policyOf(set, count);
  const before = performance.now();
  const engine = createEngine(policy);
  return { rules: count, compileMs: round(performance.now() - before), engine };
}

/** What a request meets: a rule by its place, one of them at random, or none. */
export const CASES = ["first", "middle", "last", "any", "none"] as const;

interface Case {
  /** Rule that the request meets; the count of rules for none. */
  readonly index: number;
  readonly request: Request;
}

function casesOf(set: RuleSet, count: number): Readonly<Record<(typeof CASES)[number], readonly Case[]>> {
  const random = seeded(count);
  const single = (index: number): readonly Case[] => [{ index, request: requestFor(set, index) }];
  const mixed = Array.from({ length: MIXED }, () => Math.floor(random() * count));
  return {
    first: single(0),
    middle: single(count >> 1),
    last: single(count - 1),
    any: mixed.map((index) => ({ index, request: requestFor(set, index) })),
    none: single(count),
  };
}

function checkAnswers({ kind }: RuleSet, engine: PolicyEngine, cases: readonly Case[], count: number): void {
  for (const { index, request } of cases) {
    const expected = index < count ? `r${index}` : null;
    const { by } = engine.decide(request, NOW_MICROS);
    if (by !== expected) throw new Error(`${kind}, ${count} rules: rule ${index} was asked for, but ${by} decided`);
  }
}

interface Run {
  readonly engine: PolicyEngine;
  readonly requests: readonly Request[];
  /** Mean nanoseconds of each batch. */
  readonly means: number[];
}

/** Batches of every run in turn. As many again come first and are not kept: the code must be warm. */
function timeBatches(runs: readonly Run[], batches: number): void {
  timeInTurn(runs, batches);
  for (const { means } of runs) means.length = 0;
  timeInTurn(runs, batches);
}

/** So many batches, or as many as fit into the time that a slow one gets. */
function timeInTurn(runs: readonly Run[], batches: number): void {
  const end = performance.now() + MOST_MS;
  for (let batch = 0; batch < batches && (batch < LEAST_BATCHES || performance.now() < end); batch++) {
    for (const run of runs) run.means.push(timeBatch(run, batch * BATCH));
  }
}

function timeBatch({ engine, requests }: Run, first: number): number {
  const before = process.hrtime.bigint();
  for (let step = first; step < first + BATCH; step++) {
    const request = requests[step % requests.length];
    if (request !== undefined) engine.decide(request, NOW_MICROS);
  }
  return Number(process.hrtime.bigint() - before) / BATCH;
}

/** What most rules cost over fewest, as a factor, by case. */
interface Ratio {
  readonly kind: string;
  readonly fewest: number;
  readonly most: number;
  readonly median: Readonly<Record<string, number>>;
  readonly p99: Readonly<Record<string, number>>;
}

function ratioOf(rows: readonly Row[]): Ratio {
  const few = rows[0];
  const many = rows.at(-1);
  if (few === undefined || many === undefined) throw new Error("nothing was measured");
  const sizes = { fewest: few.rules, most: many.rules };
  return { kind: few.kind, ...sizes, median: quotients(many.median, few.median), p99: quotients(many.p99, few.p99) };
}

function quotients(
  over: Readonly<Record<string, number>>,
  under: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(over).map(([name, value]) => [name, Math.round((100 * value) / (under[name] ?? 1)) / 100]),
  );
}

function tableOf(rows: readonly Row[]): string {
  const cell = ({ median, p99 }: Row, name: string): string => `${median[name]} / ${p99[name]}`;
  return table(
    ["by", "rules", ...CASES, "compile"],
    rows.map((row) => [
      row.kind,
      row.rules.toLocaleString("en"),
      ...CASES.map((name) => cell(row, name)),
      `${row.compileMs} ms`,
    ]),
  );
}

function ratioTable(ratios: readonly Ratio[]): string {
  return table(
    ["by", "rules", ...CASES],
    ratios.map(({ kind, fewest, most, median, p99 }) => [
      kind,
      `${most.toLocaleString("en")} ÷ ${fewest}`,
      ...CASES.map((name) => `${median[name]} / ${p99[name]} ×`),
    ]),
  );
}

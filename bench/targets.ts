/**
 * The engine's targets beside what was measured. It measures nothing itself: the benchmarks that it is about run before it, and
 * leave their results.
 */
import { hundredths } from "./measure.ts";
import type { BenchResult } from "./result.ts";
import { MEASURED, type ReadResult, resultReader } from "./results.ts";
import type { RuleCountFigures } from "./rule-count.ts";
import { bytesAKey } from "./state.ts";
import { table } from "./table.ts";

/** One target. */
export interface Target {
  readonly what: string;
  readonly target: string;
  readonly measured: string;
  /** How much of the target is reached, as a factor: 1 or more is all of it. */
  readonly reached: number;
  readonly met: boolean;
  /** What stands in the way, by what was measured; null where it is met. */
  readonly why: string | null;
}

/** The table, and when and of which source its parts were measured. */
export interface TargetFigures {
  readonly rows: readonly Target[];
  readonly parts: readonly { readonly bench: string; readonly date: string; readonly commit: string }[];
}

export function benchTargets(_quick: boolean, local: boolean): BenchResult<TargetFigures> {
  const read = resultReader(local);
  const rows = targetsOf(read);
  const parts = MEASURED.map((bench) => {
    const { date, machine } = read(bench);
    return { bench, date, commit: machine.commit };
  });
  const met = rows.filter((row) => row.met).length;
  return {
    name: "targets",
    title: `targets: ${met} of ${rows.length} are met`,
    figures: { rows, parts },
    table: table(
      ["", "target", "measured", "reached", ""],
      rows.map(({ what, target, measured, reached, met: is }) => [what, target, measured, `${reached} ×`, metText(is)]),
    ),
  };
}

/** Whether a target is met, in words. */
export function metText(met: boolean): string {
  return met ? "met" : "not met";
}

/** All targets, in the order of the table. */
export function targetsOf(read: ReadResult): readonly Target[] {
  return [
    ...decisionTargets(read),
    ...ruleTargets(read),
    ...rivalTargets(read),
    ...startTargets(read),
    ...memoryTargets(read),
  ];
}

function atMost(what: string, most: number, value: number, written: (value: number) => string, why = ""): Target {
  const reached = hundredths(most / value);
  return judged({ what, target: `≤ ${written(most)}`, measured: written(value), reached, met: value <= most }, why);
}

function atLeast(what: string, least: number, value: number, written: (value: number) => string, why = ""): Target {
  const reached = hundredths(value / least);
  return judged({ what, target: `≥ ${written(least)}`, measured: written(value), reached, met: value >= least }, why);
}

function judged(target: Omit<Target, "why">, why: string): Target {
  return { ...target, why: target.met || why === "" ? null : why };
}

const times = (value: number): string => `${value} ×`;
const nanos = (value: number): string => `${Math.round(value)} ns`;
const micros = (value: number): string => `${hundredths(value / 1_000)} µs`;
const millis = (value: number): string => `${Math.round(value)} ms`;
const bytes = (value: number): string => `${value.toLocaleString("en")} B`;
const megabytes = (value: number): string => `${(value / 1e6).toFixed(1)} MB`;
const millions = (value: number): string => `${hundredths(value / 1e6)} M/s`;

function decisionTargets(read: ReadResult): readonly Target[] {
  const { ratio, engine, byHand, reading } = read("decisions");
  const whole = `Reading the request, with any address and any path, is ${nanos(reading.median)} of ${nanos(engine.median)}`;
  const byMaps = `By hand it is ${nanos(byHand.median)} with IPv4, plain paths, and Maps that nothing bounds`;
  const state =
    "The rest is state: keys hashed against collision attacks, exact in whole microseconds, bounded in its memory";
  return [
    atMost("a decision of the example ÷ the same by hand", 1.5, ratio, times, `${whole}. ${state}. ${byMaps}`),
    atLeast(
      "decisions a second of the example, best round",
      2e6,
      Math.round(1e9 / engine.best),
      millions,
      `The same; a fixed loop says how fast the machine was`,
    ),
    atMost("a decision by hand, best round", 450, byHand.best, micros),
  ];
}

/** Twice the time of ten rules. */
const MOST_GROWTH = 2;

function ruleTargets(read: ReadResult): readonly Target[] {
  const { ratios, rows } = read("rule-count");
  return ratios.map((ratio) => growthTarget(ratio, rows));
}

/** Where the same rule, the first, middle or last, or none holds each time; and where each request meets another. */
function growthTarget(
  { kind, fewest, most, median, p99 }: RuleCountFigures["ratios"][number],
  rows: RuleCountFigures["rows"],
): Target {
  const worst = (of: Readonly<Record<string, number>>): number =>
    Math.max(...Object.entries(of).map(([name, ratio]) => (name === "any" ? 0 : ratio)));
  const value = Math.max(worst(median), worst(p99));
  const target = {
    what: `${most.toLocaleString("en")} rules by ${kind} ÷ ${fewest}`,
    target: `≤ ${MOST_GROWTH} ×, p99 too`,
    measured: `${worst(median)} ×, p99 ${worst(p99)} × (any: ${median["any"]} ×)`,
    reached: hundredths(MOST_GROWTH / value),
    met: value <= MOST_GROWTH,
  };
  const named = Object.keys(median).filter((name) => name !== "any");
  const slowest = named.reduce(
    (most, name) => ((median[name] ?? 0) > (median[most] ?? 0) ? name : most),
    named[0] ?? "",
  );
  const took = (rules: number): string =>
    nanos(rows.find((row) => row.kind === kind && row.rules === rules)?.median[slowest] ?? 0);
  const times = `takes ${took(fewest)} with ${fewest} rules, and ${took(most)} with all`;
  const why =
    worst(median) > MOST_GROWTH
      ? `Its worst case, "${slowest}", ${times}: the index of few rules tells with one look that none can hold`
      : `By the median it is met: "${slowest}" ${times}. The slowest hundredth varies more from run to run`;
  return judged(target, why);
}

function rivalTargets(read: ReadResult): readonly Target[] {
  const engines = read("engines").rows.filter(({ rival }) => rival);
  const rules = Math.max(...engines.map((row) => row.rules));
  const engine = least(engines.filter((row) => row.rules === rules));
  const own = read("engines").rows.find((row) => row.rules === rules && row.ratio === 1);
  const { rows, counting } = read("limiters");
  const limiter = least(rows.slice(1));
  const count = rules.toLocaleString("en");
  return [
    atLeast(
      `${count} rules: the best engine (${engine.engine}) ÷ ours`,
      300,
      engine.ratio,
      times,
      `It would be ${nanos(engine.median / 300)} a decision, which takes ${nanos(own?.median ?? 0)}`,
    ),
    atLeast(
      `one limit: the best limiter (${limiter.limiter}) ÷ ours`,
      5,
      limiter.ratio,
      times,
      `It would be ${nanos(limiter.median / 5)} a call; a Map that counts calls by their key, and does nothing else, takes ${nanos(counting.median)}`,
    ),
  ];
}

function least<Row extends { readonly ratio: number }>(rows: readonly Row[]): Row {
  const [first, ...others] = rows;
  if (first === undefined) throw new Error("nothing was compared");
  return others.reduce((best, row) => (row.ratio < best.ratio ? row : best), first);
}

function startTargets(read: ReadResult): readonly Target[] {
  const compiled = read("compile").rows;
  const most = Math.max(...compiled.map(({ rules }) => rules));
  const [slowest] = compiled
    .filter(({ rules }) => rules === most)
    .map(({ kind, loadMs, compileMs }) => ({ kind, loadMs, compileMs, total: loadMs + compileMs }))
    .sort((a, b) => b.total - a.total);
  const bundle = Math.max(...compiled.filter(({ rules }) => rules === most).map(({ bundleMs }) => bundleMs));
  const checked = read("check").rows.at(-1);
  if (slowest === undefined || checked === undefined) throw new Error("nothing was compiled or checked");
  const count = most.toLocaleString("en");
  const whole = atMost(
    `text to program, cold, ${count} rules of the slowest kind (${slowest.kind})`,
    1_500,
    slowest.total,
    millis,
  );
  const parts = `policy to program alone ${millis(slowest.compileMs)}`;
  return [
    { ...whole, measured: `${whole.measured} (${parts})` },
    atMost(
      `a bundle of ${count} rules to policy, cold, the slowest kind`,
      100,
      bundle,
      millis,
      "Nearly half of it is V8's garbage collector, which moves what was read (`node --trace-gc bench/bundle-once.ts FILE`)",
    ),
    atMost("`check` of 1,000 lines, start-up included, best", 300, checked.command.best, millis),
    atMost("`serve` to ready, best", 400, read("start").best, millis),
  ];
}

function memoryTargets(read: ReadResult): readonly Target[] {
  const { memory, memories, declared, flood, snapshot } = read("state");
  const grown = (kind: string, values: (count: number) => boolean): number => {
    const found = memories.find((each) => each.kind === kind && values(each.values));
    if (found === undefined) throw new Error(`the memory of ${kind} was not measured`);
    return bytesAKey(found.grown, found.keys);
  };
  const declaredBytes = (kind: string): number => declared.find((each) => each.kind === kind)?.bytesPerKey ?? 0;
  const one = (values: number): boolean => values === 1;
  return [
    atMost("a key of a limit", 64, grown("rate", one), bytes),
    atMost(
      "a key of a ban",
      32,
      grown("ban", one),
      bytes,
      `A ban is an entry of ${declaredBytes("ban")} bytes; its table splits pages that are full, and at so many keys they are not`,
    ),
    atMost(
      "a key of `distinct`, 16 values",
      320,
      grown("distinct", (values) => values === 16),
      bytes,
    ),
    atMost(
      "a key of `distinct`, more values",
      3_072,
      grown("distinct", (values) => values > 16),
      bytes,
    ),
    atMost(`${memory.keys.toLocaleString("en")} live keys of one limit`, 100e6, memory.grown, megabytes),
    atMost(`growth by ${flood.keys.toLocaleString("en")} random keys`, flood.memory, flood.grown, megabytes),
    atMost(
      `a decision's wait for a snapshot of ${snapshot.keys.toLocaleString("en")} keys`,
      2,
      Math.max(snapshot.worstPartMs, snapshot.worstDecisionMs),
      (value) => `${value} ms`,
    ),
  ];
}

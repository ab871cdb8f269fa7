/** What all seeds of a scenario gave together. Counts are sums over the seeds unless they say otherwise; times are microseconds. */
import { createHash } from "node:crypto";
import type { Scenario } from "../../dsl/index.ts";
import type { Policy, Verdict } from "../../engine/index.ts";
import { type AttackCost, type AttackPrices, costOf, DEFAULT_PRICES } from "./attack-cost.ts";
import { type GateResult, judge } from "./expectations.ts";
import { type HarmSummary, summariseHarm } from "./harm-summary.ts";
import {
  type AttackMeasures,
  type ClientStory,
  type PopulationMeasures,
  percent,
  type RuleMeasures,
  type Timeline,
  timelineOfVerdicts,
  WORST_CLIENTS,
} from "./measures.ts";
import { measurePrecision, type Precision } from "./precision.ts";
import { deriveStream } from "../random.ts";
import { type Reach, sumReach } from "./reach.ts";
import { type Recorded, recordedOf } from "../populations/replay.ts";
import type { SeedResult } from "../run.ts";
import { quantile } from "./statistics.ts";

/** A whole result: plain data, free of the machine's time, so that the same inputs give the same bytes. */
export interface ScenarioResult {
  readonly scenario: string;
  readonly doc: string;
  readonly policy: { readonly name: string; readonly version: string };
  readonly runMicros: number;
  readonly seeds: readonly number[];
  /** Whether every expectation holds that is not advisory; true also where there is none. */
  readonly held: boolean;
  readonly gates: readonly GateResult[];
  readonly requests: number;
  /** Of all refusals, those of attacks, at several base rates. */
  readonly precision: readonly Precision[];
  /** What the costs of attacks are reckoned with. */
  readonly prices: AttackPrices;
  readonly populations: readonly PopulationSummary[];
  readonly attacks: readonly AttackSummary[];
  readonly rules: readonly RuleSummary[];
  readonly reach: readonly Reach[];
  /** SHA-256 over the seeds and their decision hashes. */
  readonly decisionsHash: string;
  readonly runs: readonly SeedResult[];
}

/** Something that varies over seeds. */
export interface Spread {
  readonly mean: number;
  readonly most: number;
  /** The first seed that has the most. */
  readonly seed: number;
}

/** A client's story and the seed in which it befell. */
export interface SeedStory extends ClientStory {
  readonly seed: number;
}

/** A rule, limit or check over all seeds. */
export interface RuleSummary extends RuleMeasures {
  /** Requests of honest callers that it refused, in percent of all of theirs. */
  readonly falsePositivePercent: number;
}

/** One population over all seeds. */
export interface PopulationSummary extends HarmSummary {
  readonly name: string;
  readonly clients: number;
  readonly requests: number;
  readonly refused: number;
  readonly refusedPercent: number;
  /** Clients with at least one refusal. */
  readonly harmed: Spread;
  readonly lost: number;
  /** 99th percentile of the delay of requests that were let through. */
  readonly delayedMicros: Spread;
  /** At most ten stories, worst first. */
  readonly worst: readonly SeedStory[];
  readonly timeline: Timeline;
  /** Of a recording only: how many arrivals each run has and leaves out. */
  readonly recorded?: Recorded;
}

/** One attack over all seeds. */
export interface AttackSummary {
  readonly name: string;
  readonly offered: number;
  readonly admitted: number;
  readonly admittedPercent: number;
  readonly succeeded: Spread;
  /** Over the seeds in which it was contained; null where it never was. */
  readonly containedMicros: Spread | null;
  readonly neverContained: number;
  /** Time to containment at these ranks of all seeds; null where an attack that was never contained has the rank. */
  readonly containedAt: { readonly p50: number | null; readonly p95: number | null };
  /** Over the seeds in which anything was refused; null where nothing was. */
  readonly firstRefusalMicros: Spread | null;
  /** What refused first, in most of the seeds; empty where nothing did. */
  readonly firstRefusalBy: string;
  /** Requests admitted before the first refusal; where there is none, all that were admitted. */
  readonly overshoot: Spread;
  readonly sources: Spread;
  readonly cost: AttackCost;
  /** What it achieves and costs where nobody refuses it anything; null where that was not run. */
  readonly unopposed: (AttackCost & { readonly succeeded: number }) | null;
  /** Seeds in which the attacker gave up. */
  readonly gaveUp: number;
  readonly timeline: Timeline;
}

/** Puts the runs of a scenario, at least one, together and judges its expectations. */
export function summarise(
  policy: Policy,
  scenario: Scenario,
  runs: readonly SeedResult[],
  prices: AttackPrices = DEFAULT_PRICES,
): ScenarioResult {
  const gates = scenario.expectations.map((expectation) => judge(expectation, runs, scenario.name));
  return {
    scenario: scenario.name,
    doc: scenario.doc,
    policy: { name: policy.name, version: policy.version },
    runMicros: scenario.runMicros,
    seeds: runs.map((run) => run.seed),
    held: gates.every((gate) => gate.held || gate.advisory),
    gates,
    requests: total(runs, (run) => run.requests),
    precision: measurePrecision(runs, deriveStream(0, scenario.name, "precision")),
    prices,
    populations: scenario.populations.map((population, i) => {
      const recorded = recordedOf(population, scenario.runMicros);
      return {
        ...summarisePopulation(
          scenario.name,
          eachSeed(runs, (run) => run.populations[i]),
        ),
        ...(recorded === null ? {} : { recorded }),
      };
    }),
    attacks: scenario.attacks.map((attack, i) => ({
      ...summariseAttack(eachSeed(runs, (run) => run.attacks[i])),
      ...costsOf(attack, i, runs, prices),
    })),
    rules: sumRules(runs),
    reach: sumReach(runs.map((run) => run.reach)),
    decisionsHash: hashOf(runs),
    runs,
  };
}

interface Seeded<T> {
  readonly seed: number;
  readonly of: T;
}

function eachSeed<T>(runs: readonly SeedResult[], pick: (run: SeedResult) => T | undefined): readonly Seeded<T>[] {
  return runs.flatMap((run) => {
    const of = pick(run);
    return of === undefined ? [] : [{ seed: run.seed, of }];
  });
}

function summarisePopulation(scenario: string, seeds: readonly Seeded<PopulationMeasures>[]): PopulationSummary {
  const requests = total(seeds, ({ of }) => of.requests);
  const refused = total(seeds, ({ of }) => of.refused);
  return {
    name: seeds[0]?.of.name ?? "",
    clients: seeds[0]?.of.clients ?? 0,
    requests,
    refused,
    refusedPercent: percent(refused, requests),
    harmed: spreadOf(seeds, (of) => of.harmed),
    ...summariseHarm(scenario, seeds),
    lost: total(seeds, ({ of }) => of.lost),
    delayedMicros: spreadOf(seeds, (of) => of.delayedMicros),
    worst: worstStories(seeds),
    timeline: sumTimelines(seeds),
  };
}

/** What attack number `index` cost, opposed by the policy and, where that was run, by nobody. */
function costsOf(
  { model }: Scenario["attacks"][number],
  index: number,
  runs: readonly SeedResult[],
  prices: AttackPrices,
): Pick<AttackSummary, "cost" | "unopposed"> {
  const opposed = runs.flatMap((run) => run.attacks[index] ?? []);
  const open = runs.flatMap((run) => run.unopposed?.[index] ?? []);
  const succeeded = total(open, (run) => run.succeeded) / Math.max(1, open.length);
  const unopposed = open.length < runs.length ? null : { succeeded, ...costOf(model, open, prices) };
  return { cost: costOf(model, opposed, prices), unopposed };
}

function summariseAttack(seeds: readonly Seeded<AttackMeasures>[]): Omit<AttackSummary, "cost" | "unopposed"> {
  const offered = total(seeds, ({ of }) => of.offered);
  const admitted = total(seeds, ({ of }) => of.admitted);
  const containments = seeds.map(({ of }) => of.containedMicros);
  const contained = seeds.filter(({ of }) => of.containedMicros !== null);
  const refused = seeds.filter(({ of }) => of.firstRefusalMicros !== null);
  return {
    name: seeds[0]?.of.name ?? "",
    offered,
    admitted,
    admittedPercent: percent(admitted, offered),
    succeeded: spreadOf(seeds, (of) => of.succeeded),
    containedMicros: contained.length === 0 ? null : spreadOf(contained, (of) => of.containedMicros ?? 0),
    neverContained: seeds.length - contained.length,
    containedAt: {
      p50: quantile(containments, 0.5),
      p95: quantile(containments, 0.95),
    },
    firstRefusalMicros: refused.length === 0 ? null : spreadOf(refused, (of) => of.firstRefusalMicros ?? 0),
    firstRefusalBy: commonest(refused.map(({ of }) => of.firstRefusalBy)),
    overshoot: spreadOf(seeds, (of) => of.overshoot),
    sources: spreadOf(seeds, (of) => of.sources),
    gaveUp: seeds.filter(({ of }) => of.gaveUp).length,
    timeline: sumTimelines(seeds),
  };
}

function total<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((sum, item) => sum + of(item), 0);
}

function spreadOf<T>(seeds: readonly Seeded<T>[], valueOf: (of: T) => number): Spread {
  const values = seeds.map(({ of }) => valueOf(of));
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const seed = seeds[values.indexOf(most)]?.seed ?? 0;
  return { mean: total(values, (value) => value) / Math.max(1, values.length), most, seed };
}

function worstStories(seeds: readonly Seeded<PopulationMeasures>[]): readonly SeedStory[] {
  return seeds
    .flatMap(({ seed, of }) => of.worst.map((story) => ({ seed, ...story })))
    .sort((a, b) => b.refused - a.refused || a.seed - b.seed || (a.client < b.client ? -1 : 1))
    .slice(0, WORST_CLIENTS);
}

function sumTimelines(seeds: readonly Seeded<{ readonly timeline: Timeline }>[]): Timeline {
  const bins = seeds[0]?.of.timeline.offered.length ?? 0;
  const sumOf = (verdict: Verdict): readonly number[] =>
    Array.from({ length: bins }, (_, bin) => total(seeds, ({ of }) => of.timeline.verdicts[verdict][bin] ?? 0));
  const [allow, slow, challenge] = [sumOf("allow"), sumOf("slow"), sumOf("challenge")];
  return timelineOfVerdicts({ allow, slow, challenge, throttle: sumOf("throttle"), block: sumOf("block") });
}

/** Rules in the order of the first run; built-in checks that only later runs met follow by name. */
function sumRules(runs: readonly SeedResult[]): readonly RuleSummary[] {
  const honest = total(runs, (run) => total(run.populations, ({ requests }) => requests));
  const sums = new Map<string, RuleMeasures>();
  for (const rule of runs.flatMap((run) => run.rules)) {
    const sum = sums.get(rule.name);
    sums.set(rule.name, sum === undefined ? rule : addRules(sum, rule));
  }
  const all = [...sums.values()];
  const builtIn = all.filter(({ kind }) => kind === "built_in").sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...all.filter(({ kind }) => kind !== "built_in"), ...builtIn].map((rule) => ({
    ...rule,
    falsePositivePercent: percent(rule.refusedPopulations, honest),
  }));
}

function addRules(a: RuleMeasures, b: RuleMeasures): RuleMeasures {
  return {
    name: a.name,
    kind: a.kind,
    fired: a.fired + b.fired,
    decided: a.decided + b.decided,
    alone: a.alone + b.alone,
    refusedPopulations: a.refusedPopulations + b.refusedPopulations,
    refusedAttacks: a.refusedAttacks + b.refusedAttacks,
    shadowPopulations: a.shadowPopulations + b.shadowPopulations,
    shadowAttacks: a.shadowAttacks + b.shadowAttacks,
  };
}

function commonest(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))[0]?.[0] ?? "";
}

function hashOf(runs: readonly SeedResult[]): string {
  const hash = createHash("sha256");
  for (const { seed, decisionsHash } of runs) hash.update(`${seed} ${decisionsHash}\n`);
  return hash.digest("hex");
}

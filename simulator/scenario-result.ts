/** What all seeds of a scenario gave together. Counts are sums over the seeds unless they say otherwise; times are microseconds. */
import { createHash } from "node:crypto";
import type { Scenario } from "../dsl/index.ts";
import type { Policy, Verdict } from "../engine/index.ts";
import { type GateResult, judge } from "./expectations.ts";
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
import { type Reach, sumReach } from "./reach.ts";
import type { SeedResult } from "./run.ts";

/** A whole result: plain data, free of the machine's time, so that the same inputs give the same bytes. */
export interface ScenarioResult {
  readonly scenario: string;
  readonly doc: string;
  readonly policy: { readonly name: string; readonly version: string };
  readonly runMicros: number;
  readonly seeds: readonly number[];
  /** Whether every expectation holds; true also where there is none. */
  readonly held: boolean;
  readonly gates: readonly GateResult[];
  readonly requests: number;
  readonly populations: readonly PopulationSummary[];
  readonly attacks: readonly AttackSummary[];
  readonly rules: readonly RuleMeasures[];
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

/** One population over all seeds. */
export interface PopulationSummary {
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
  /** Over the seeds in which anything was refused; null where nothing was. */
  readonly firstRefusalMicros: Spread | null;
  /** What refused first, in most of the seeds; empty where nothing did. */
  readonly firstRefusalBy: string;
  readonly sources: Spread;
  /** Seeds in which the attacker gave up. */
  readonly gaveUp: number;
  readonly timeline: Timeline;
}

/** Puts the runs of a scenario, at least one, together and judges its expectations. */
export function summarise(policy: Policy, scenario: Scenario, runs: readonly SeedResult[]): ScenarioResult {
  const gates = scenario.expectations.map((expectation) => judge(expectation, runs, scenario.name));
  return {
    scenario: scenario.name,
    doc: scenario.doc,
    policy: { name: policy.name, version: policy.version },
    runMicros: scenario.runMicros,
    seeds: runs.map((run) => run.seed),
    held: gates.every((gate) => gate.held),
    gates,
    requests: total(runs, (run) => run.requests),
    populations: scenario.populations.map((_, i) => summarisePopulation(eachSeed(runs, (run) => run.populations[i]))),
    attacks: scenario.attacks.map((_, i) => summariseAttack(eachSeed(runs, (run) => run.attacks[i]))),
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

function summarisePopulation(seeds: readonly Seeded<PopulationMeasures>[]): PopulationSummary {
  const requests = total(seeds, ({ of }) => of.requests);
  const refused = total(seeds, ({ of }) => of.refused);
  return {
    name: seeds[0]?.of.name ?? "",
    clients: seeds[0]?.of.clients ?? 0,
    requests,
    refused,
    refusedPercent: percent(refused, requests),
    harmed: spreadOf(seeds, (of) => of.harmed),
    lost: total(seeds, ({ of }) => of.lost),
    delayedMicros: spreadOf(seeds, (of) => of.delayedMicros),
    worst: worstStories(seeds),
    timeline: sumTimelines(seeds),
  };
}

function summariseAttack(seeds: readonly Seeded<AttackMeasures>[]): AttackSummary {
  const offered = total(seeds, ({ of }) => of.offered);
  const admitted = total(seeds, ({ of }) => of.admitted);
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
    firstRefusalMicros: refused.length === 0 ? null : spreadOf(refused, (of) => of.firstRefusalMicros ?? 0),
    firstRefusalBy: commonest(refused.map(({ of }) => of.firstRefusalBy)),
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
function sumRules(runs: readonly SeedResult[]): readonly RuleMeasures[] {
  const sums = new Map<string, RuleMeasures>();
  for (const rule of runs.flatMap((run) => run.rules)) {
    const sum = sums.get(rule.name);
    sums.set(rule.name, sum === undefined ? rule : addRules(sum, rule));
  }
  const all = [...sums.values()];
  const builtIn = all.filter(({ kind }) => kind === "built_in").sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...all.filter(({ kind }) => kind !== "built_in"), ...builtIn];
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

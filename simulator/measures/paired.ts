/**
 * Two results of one scenario compared seed by seed. The same seed brings the same traffic to both, so most of the chance in
 * the two results is common to them and cancels: over 40 seeds the interval of a difference was some fifty times narrower than
 * with seeds of their own (common random numbers: Law and Kelton, Simulation Modeling and Analysis, §11.2).
 */
import type { AttackMeasures, PopulationMeasures } from "./measures.ts";
import { percent } from "./measures.ts";
import { deriveStream } from "../random.ts";
import type { SeedResult } from "../run.ts";
import { bootstrapRatio } from "./statistics.ts";
import { ScenarioError } from "../scenario-error.ts";
import type { ScenarioResult } from "./scenario-result.ts";

/** The fewest pairs of which a difference may be called one: five pairs have the same sign by chance in one case of sixteen. */
export const FEWEST_PAIRS = 5;

/** How one figure differs: of the second result less the first, a mean over the seeds. */
export interface PairedDifference {
  readonly first: number;
  readonly second: number;
  readonly difference: number;
  /** Two-sided 95 % interval of the difference: the percentile bootstrap over pairs. */
  readonly low: number;
  readonly high: number;
  /**
   * Whether that interval leaves out 0. Never with fewer than five pairs: all differences may then have one sign by chance, and the
   * bootstrap draws from nothing else.
   */
  readonly differs: boolean;
  /** Seeds in which both have a value. */
  readonly pairs: number;
}

/** An attack under both policies; null where no seed has a value in both. Shares are percent, times microseconds. */
export interface PairedAttack {
  readonly name: string;
  readonly admittedPercent: PairedDifference | null;
  readonly succeeded: PairedDifference | null;
  readonly overshoot: PairedDifference | null;
  /** Over seeds in which both contain it. */
  readonly containedMicros: PairedDifference | null;
}

/** A population under both policies. */
export interface PairedPopulation {
  readonly name: string;
  /** Number and share of clients with a refusal. */
  readonly harmed: PairedDifference | null;
  readonly harmedPercent: PairedDifference | null;
  readonly refusedPercent: PairedDifference | null;
  readonly delayedMicros: PairedDifference | null;
}

/** All that both results have in common. */
export interface PairedComparison {
  readonly seeds: readonly number[];
  readonly attacks: readonly PairedAttack[];
  readonly populations: readonly PairedPopulation[];
}

/** The same thing in both results. */
export interface Pair<T> {
  readonly first: T;
  readonly second: T;
}

/**
 * Compares `second` with `first`, over the seeds, attacks and populations that both have.
 *
 * @throws {@link ScenarioError} where they have no seed in common.
 */
export function comparePaired(first: ScenarioResult, second: ScenarioResult): PairedComparison {
  const others = new Map(second.runs.map((run) => [run.seed, run]));
  const runs = first.runs.flatMap((run) => {
    const other = others.get(run.seed);
    return other === undefined ? [] : [{ first: run, second: other }];
  });
  if (runs.length === 0) throw new ScenarioError("results can only be compared over seeds that both have");
  return {
    seeds: runs.map((pair) => pair.first.seed),
    attacks: namesOf(runs, (run) => run.attacks).map((name) =>
      compareAttack(
        name,
        pairsOf(runs, name, (run) => run.attacks),
      ),
    ),
    populations: namesOf(runs, (run) => run.populations).map((name) =>
      comparePopulation(
        name,
        pairsOf(runs, name, (run) => run.populations),
      ),
    ),
  };
}

type Named = { readonly name: string };

function namesOf(runs: readonly Pair<SeedResult>[], of: (run: SeedResult) => readonly Named[]): readonly string[] {
  const [pair] = runs;
  if (pair === undefined) return [];
  const others = new Set(of(pair.second).map(({ name }) => name));
  return of(pair.first).flatMap(({ name }) => (others.has(name) ? [name] : []));
}

function pairsOf<T extends Named>(
  runs: readonly Pair<SeedResult>[],
  name: string,
  of: (run: SeedResult) => readonly T[],
): readonly Pair<T>[] {
  const find = (run: SeedResult): T | undefined => of(run).find((one) => one.name === name);
  return runs.flatMap((pair) => {
    const [first, second] = [find(pair.first), find(pair.second)];
    return first === undefined || second === undefined ? [] : [{ first, second }];
  });
}

function compareAttack(name: string, pairs: readonly Pair<AttackMeasures>[]): PairedAttack {
  const of = (figure: string, value: (one: AttackMeasures) => number | null): PairedDifference | null =>
    differ(pairs, value, [name, figure]);
  return {
    name,
    admittedPercent: of("admitted", (one) => one.admittedPercent),
    succeeded: of("succeeded", (one) => one.succeeded),
    overshoot: of("overshoot", (one) => one.overshoot),
    containedMicros: of("contained", (one) => one.containedMicros),
  };
}

function comparePopulation(name: string, pairs: readonly Pair<PopulationMeasures>[]): PairedPopulation {
  const of = (figure: string, value: (one: PopulationMeasures) => number | null): PairedDifference | null =>
    differ(pairs, value, [name, figure]);
  return {
    name,
    harmed: of("harmed", (one) => one.harmed),
    harmedPercent: of("harmed percent", (one) => percent(one.harmed, one.sending)),
    refusedPercent: of("refused", (one) => one.refusedPercent),
    delayedMicros: of("delayed", (one) => one.delayedMicros),
  };
}

function differ<T>(
  pairs: readonly Pair<T>[],
  valueOf: (one: T) => number | null,
  names: readonly string[],
): PairedDifference | null {
  const values = pairs.map(({ first, second }) => ({ first: valueOf(first), second: valueOf(second) }));
  return pairedDifference(values, names);
}

/**
 * How a figure differs over pairs of the same seed; null where no pair has both.
 *
 * @param names - What the figure is, from which its bootstrap draws.
 */
export function pairedDifference(
  pairs: readonly Pair<number | null>[],
  names: readonly string[],
): PairedDifference | null {
  const values = pairs.flatMap(({ first, second }) => (first === null || second === null ? [] : [{ first, second }]));
  if (values.length === 0) return null;
  const mean = (of: (value: Pair<number>) => number): number =>
    values.reduce((sum, value) => sum + of(value), 0) / values.length;
  const samples = values.map(({ first, second }) => ({ part: second - first, whole: 1 }));
  const { low, high } = bootstrapRatio(samples, deriveStream(0, ...names, "paired"), 0.025);
  return {
    first: mean(({ first }) => first),
    second: mean(({ second }) => second),
    difference: mean(({ first, second }) => second - first),
    low,
    high,
    differs: values.length >= FEWEST_PAIRS && (low > 0 || high < 0),
    pairs: values.length,
  };
}

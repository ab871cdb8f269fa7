/** The measures of a scenario under two policies, paired by seed. */
import type { Expectation, Scenario } from "../../dsl/index.ts";
import { judge } from "../measures/expectations.ts";
import { sampleOf, unitOf } from "../measures/metric-samples.ts";
import { pairedDifference } from "../measures/paired.ts";
import type { SeedResult } from "../run.ts";
import type { GateChange, MeasureChange } from "./diff-result.ts";

/** The runs of both policies, in the same order of seeds. */
export interface PairedRuns {
  readonly old: readonly SeedResult[];
  readonly new: readonly SeedResult[];
}

type Measure = Pick<Expectation, "subject" | "metric">;

/** Measured always, whether anything is expected of them or not. */
const OF_POPULATIONS = ["harmed", "refused"] as const;
const OF_ATTACKS = ["admitted", "succeeded", "contained"] as const;

/** What both policies measure: the usual of each population and attack, then what else is expected. */
export function measureChanges(scenario: Scenario, runs: PairedRuns): readonly MeasureChange[] {
  const measures = new Map<string, Measure>();
  for (const measure of [...usualMeasures(scenario), ...scenario.expectations])
    measures.set(`${measure.subject}.${measure.metric}`, measure);
  return [...measures.values()].map((measure) => measureChange(measure, scenario.name, runs));
}

function usualMeasures({ populations, attacks }: Scenario): readonly Measure[] {
  return [
    ...populations.flatMap(({ name }) => OF_POPULATIONS.map((metric): Measure => ({ subject: name, metric }))),
    ...attacks.flatMap(({ name }) => OF_ATTACKS.map((metric): Measure => ({ subject: name, metric }))),
  ];
}

function measureChange({ subject, metric }: Measure, scenario: string, runs: PairedRuns): MeasureChange {
  const valueIn = (run: SeedResult): number | null => sampleOf({ subject, metric }, run)?.value ?? null;
  const [old, now] = [runs.old.map(valueIn), runs.new.map(valueIn)];
  const pairs = old.map((first, seed) => ({ first, second: now[seed] ?? null }));
  const paired = pairedDifference(pairs, [scenario, subject, metric]);
  const interval = paired === null || paired.pairs < 2 ? null : { low: paired.low, high: paired.high };
  return {
    ...{ subject, metric, unit: unitOf(metric), old: meanOf(old), new: meanOf(now) },
    ...{ difference: paired?.difference ?? null, interval, pairs: paired?.pairs ?? 0 },
  };
}

/** Of those that are there; null where none is. */
function meanOf(values: readonly (number | null)[]): number | null {
  const there = values.filter((value) => value !== null);
  return there.length === 0 ? null : there.reduce((sum, value) => sum + value, 0) / there.length;
}

/** Whether each expectation holds under both. */
export function gateChanges({ name, expectations }: Scenario, runs: PairedRuns): readonly GateChange[] {
  return expectations.map((expectation) => ({
    text: expectation.text,
    old: judge(expectation, runs.old, name).held,
    new: judge(expectation, runs.new, name).held,
  }));
}

/** The metrics that expectations name, read from the measures of one run. */
import type { Expectation } from "../../dsl/index.ts";
import { type AttackMeasures, type PopulationMeasures, percent } from "./measures.ts";
import type { SeedResult } from "../run.ts";
import type { Sample } from "./statistics.ts";

/** What a metric's values are: percent of requests or clients, a number of things, or microseconds. */
export type MetricUnit = "percent" | "count" | "duration";

/** One seed's value of a metric. */
export interface SeedSample extends Sample {
  readonly seed: number;
  /** In the metric's unit; null where what it times never happened: an attack that was not contained, or never refused. */
  readonly value: number | null;
  /** Requests that it was measured on. */
  readonly requests: number;
  /** What each client of a population adds to it, where clients are to be counted as the observations; else empty. */
  readonly clients: readonly Sample[];
}

/** Unit of a metric. */
export function unitOf(metric: Expectation["metric"]): MetricUnit {
  switch (metric) {
    case "admitted":
    case "refused":
    case "harmed_percent":
      return "percent";
    case "succeeded":
    case "overshoot":
    case "harmed":
      return "count";
    case "contained":
    case "first_refusal":
    case "delayed":
      return "duration";
  }
}

/** What `expectation` measures in one run; null where the run has no such population or attack. */
export function sampleOf(expectation: Pick<Expectation, "subject" | "metric">, run: SeedResult): SeedSample | null {
  const attack = run.attacks.find(({ name }) => name === expectation.subject);
  if (attack !== undefined) return ofAttack(expectation.metric, attack, run.seed);
  const population = run.populations.find(({ name }) => name === expectation.subject);
  return population === undefined ? null : ofPopulation(expectation.metric, population, run.seed);
}

function ofAttack(metric: Expectation["metric"], attack: AttackMeasures, seed: number): SeedSample | null {
  const requests = attack.offered;
  switch (metric) {
    case "admitted":
      return { seed, requests, value: attack.admittedPercent, part: attack.admitted, whole: requests, clients: [] };
    case "succeeded":
      return plain(seed, requests, attack.succeeded);
    case "overshoot":
      return plain(seed, requests, attack.overshoot);
    case "contained":
      return plain(seed, requests, attack.containedMicros);
    case "first_refusal":
      return plain(seed, requests, attack.firstRefusalMicros);
    default:
      return null;
  }
}

function ofPopulation(metric: Expectation["metric"], population: PopulationMeasures, seed: number): SeedSample | null {
  const { requests } = population;
  switch (metric) {
    case "refused":
      return {
        ...{ seed, requests, value: population.refusedPercent, part: population.refused, whole: requests },
        clients: population.perClient.map((client) => ({ part: client.refused, whole: client.requests })),
      };
    case "harmed":
      return plain(seed, requests, population.harmed);
    case "harmed_percent": {
      const { harmed, sending } = population;
      return { seed, requests, value: percent(harmed, sending), part: harmed, whole: sending, clients: [] };
    }
    case "delayed":
      return plain(seed, requests, population.delayedMicros);
    default:
      return null;
  }
}

function plain(seed: number, requests: number, value: number | null): SeedSample {
  return { seed, requests, value, part: value ?? 0, whole: 1, clients: [] };
}

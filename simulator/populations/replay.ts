/**
 * `replay`: arrivals recorded elsewhere. Records seldom say who called, so each arrival is dealt to one client by chance,
 * alike for all, with a stream that belongs to the population: the clients' traces together are the recorded one.
 */
import type { Population, ReplayPopulation } from "../../dsl/index.ts";
import { deriveStream } from "../random.ts";
import type { Arrivals } from "./client.ts";

/** Deals a recording's arrivals to the clients of its population: those of each, in the clients' order. */
export function dealArrivals(
  { name, arrivals, clients }: ReplayPopulation,
  seed: number,
  scenario: string,
): readonly (readonly number[])[] {
  const dealer = deriveStream(seed, scenario, name, "dealer");
  const dealt = clients.map((): number[] => []);
  for (const at of arrivals) dealt[dealer.below(clients.length)]?.push(at);
  return dealt;
}

/** Arrivals of one client, from those that were dealt to it. */
export function replayArrivals(dealt: readonly number[]): Arrivals {
  let index = 0;
  return {
    next(): number {
      return dealt[index++] ?? Number.POSITIVE_INFINITY;
    },
  };
}

/** Of a recording, all arrivals and those that come after the end of the run. */
export interface Recorded {
  readonly arrivals: number;
  /** Left out, because the run has ended before. */
  readonly late: number;
}

/** What of a population's recording a run of `runMicros` leaves out; null for a population that is not recorded. */
export function recordedOf(population: Population, runMicros: number): Recorded | null {
  if (population.model !== "replay") return null;
  const { arrivals } = population;
  return { arrivals: arrivals.length, late: arrivals.filter((at) => at >= runMicros).length };
}

/**
 * `replay`: arrivals recorded elsewhere. Records seldom say who called, so each arrival is dealt to one client by chance,
 * alike for all, with a stream that belongs to the population: the clients' traces together are the recorded one.
 */
import type { Population, ReplayPopulation } from "../../dsl/index.ts";
import { deriveStream } from "../random.ts";
import type { Arrivals } from "./client.ts";

/**
 * Arrivals of one client.
 *
 * @param place - The client's place in the population, from 0.
 * @param seed - The run's.
 */
export function replayArrivals(population: ReplayPopulation, place: number, seed: number, scenario: string): Arrivals {
  const { arrivals, clients } = population;
  const dealer = deriveStream(seed, scenario, population.name, "dealer");
  let index = 0;
  return {
    next(): number {
      while (index < arrivals.length) {
        const at = arrivals[index++] ?? 0;
        if (dealer.below(clients.length) === place) return at;
      }
      return Number.POSITIVE_INFINITY;
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

/**
 * `batch`: each client sends at equal gaps, as one job does that works through a backlog as fast as it may. The clients are
 * spread over one gap, so that they do not fire together; a rate at exactly what a limit allows must never be refused.
 */
import type { BatchPopulation } from "../../dsl/index.ts";
import type { RandomStream } from "../random.ts";
import type { Arrivals } from "./client.ts";

/** Arrivals of one client. The n-th is computed from n, so that rounding to microseconds does not add up. */
export function batchArrivals(population: BatchPopulation, stream: RandomStream): Arrivals {
  const { rate, fromMicros, toMicros } = population;
  const start = fromMicros + Math.floor((stream.unit() * rate.perMicros) / rate.count);
  let sent = 0;
  return {
    next(): number {
      const at = start + Math.ceil((sent++ * rate.perMicros) / rate.count);
      return at < toMicros ? at : Number.POSITIVE_INFINITY;
    },
  };
}

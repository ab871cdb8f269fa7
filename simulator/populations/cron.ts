/**
 * `cron`: each client fires at every multiple of its period on the wall clock, all clients at the same moments, as crontabs
 * do that say `0 * * * *` (Beyer et al., Site Reliability Engineering, ch. 24, describes the resulting spikes; its remedy,
 * a minute chosen by hash, is what the other 20 to 40 % of jobs do, and is a gentler case than this one). A firing sends its
 * whole burst in parallel; each request is late by the start-up of its own job.
 */
import type { CronPopulation } from "../../dsl/index.ts";
import { START_MICROS } from "../clock.ts";
import { uniformMicros } from "../distributions.ts";
import type { RandomStream } from "../random.ts";
import type { Arrivals } from "./client.ts";

/** Latest start of a job after its firing: a quarter of a second, about what it takes to start a process and connect. */
export const START_UP_MICROS = 250_000;

/** Arrivals of one client: `burst` requests within {@link START_UP_MICROS} (or half a period) of each firing. */
export function cronArrivals(population: CronPopulation, stream: RandomStream): Arrivals {
  const period = population.everyMicros;
  const spread = Math.min(START_UP_MICROS, Math.floor(period / 2));
  const lateness = new Float64Array(population.burst);
  let firing = Math.ceil(START_MICROS / period) * period - START_MICROS - period;
  let sent = population.burst;
  return {
    next(): number {
      if (population.burst === 0) return Number.POSITIVE_INFINITY;
      if (sent === population.burst) {
        firing += period;
        sent = 0;
        for (let i = 0; i < lateness.length; i++) lateness[i] = uniformMicros(stream, spread);
        lateness.sort();
      }
      return firing + (lateness[sent++] ?? 0);
    },
  };
}

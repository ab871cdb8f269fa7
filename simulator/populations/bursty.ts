/**
 * `bursty`: a Poisson process whose rate changes between a quiet and a busy state, each of exponential length (a Markov-modulated
 * Poisson process of two states; Fischer and Meier-Hellstern, "The Markov-modulated Poisson process (MMPP) cookbook",
 * Performance Evaluation 18, 1993). Honest callers are like this: the Azure code-completion trace has 2.57 requests a second
 * in the mean and 67 in one second, with an index of dispersion of 160 over a minute.
 */
import type { BurstyPopulation } from "../../dsl/index.ts";
import { exponentialMicros } from "../distributions.ts";
import type { RandomStream } from "../random.ts";
import type { Arrivals } from "./client.ts";

/** Arrivals of one client, which begins in a state drawn by how long each lasts. */
export function burstyArrivals(population: BurstyPopulation, stream: RandomStream): Arrivals {
  const { burstMicros, quietMicros, factor } = population;
  const quietGap = quietGapOf(population);
  let busy = stream.unit() * (burstMicros + quietMicros) < burstMicros;
  let changes = exponentialMicros(stream, busy ? burstMicros : quietMicros);
  let at = 0;
  return {
    next(): number {
      for (;;) {
        const next = at + exponentialMicros(stream, busy ? quietGap / factor : quietGap);
        if (next <= changes) return (at = next);
        // The exponential gap has no memory: from the change on it is drawn anew at the other rate.
        at = changes;
        busy = !busy;
        changes += exponentialMicros(stream, busy ? burstMicros : quietMicros);
      }
    },
  };
}

/** Mean gap in the quiet state, such that both states together have the mean rate. */
function quietGapOf({ rate, burstMicros, quietMicros, factor }: BurstyPopulation): number {
  const weighted = (quietMicros + factor * burstMicros) / (quietMicros + burstMicros);
  return (rate.perMicros / rate.count) * weighted;
}

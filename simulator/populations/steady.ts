/**
 * `steady`: each client sends a Poisson stream at a mean rate, the baseline of open-loop traffic: an arrival does not wait
 * for the answer to the one before it. Honest API traffic can be this even (coefficient of variation 1.09 in the Azure LLM
 * chat trace) or far burstier (13.2 in the code-completion trace of the same publisher, Azure/AzurePublicDataset), so a
 * policy that holds for `steady` alone has not been tried against honest bursts; `cron` is one of those.
 */
import type { SteadyPopulation } from "../../dsl/index.ts";
import { exponentialMicros } from "../distributions.ts";
import type { RandomStream } from "../random.ts";
import type { Arrivals } from "./client.ts";

/**
 * Arrivals of one client.
 *
 * @param population - Its `rate` is the mean of each client.
 */
export function steadyArrivals(population: SteadyPopulation, stream: RandomStream): Arrivals {
  const meanMicros = population.rate.perMicros / population.rate.count;
  let at = 0;
  return {
    next(): number {
      at += exponentialMicros(stream, meanMicros);
      return at;
    },
  };
}

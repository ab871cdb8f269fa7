/**
 * How sure a share of honest callers, or of their requests, is. What happens to one client's requests is correlated, and so is what happens
 * in one run: the independent observations are clients and seeds, never requests.
 */
import type { ClientCounts } from "./measures.ts";
import type { RandomStream } from "../random.ts";
import { bootstrapRatio, hull, type Interval, proportionBounds, type Sample } from "./statistics.ts";

/** The clients of one or several populations in one run; of a share of clients, those that sent anything. */
export type ClientsOfRun = readonly Pick<ClientCounts, "requests" | "refused">[];

/**
 * One-sided 95 % bounds of the share of clients with at least one refusal: of the binomial over clients in runs (none of n: at
 * most about 3/n), or the bootstrap's over seeds where that is further out.
 *
 * @returns Fractions from 0 to 1.
 */
export function harmedClientBounds(runs: readonly ClientsOfRun[], stream: RandomStream): Interval {
  const samples = runs.map((clients) => ({ part: countHarmed(clients), whole: clients.length }));
  return hull(proportionBounds(sum(samples, "part"), sum(samples, "whole")), spread(samples, stream));
}

/**
 * One-sided 95 % bounds of the share of requests that are refused: the bootstrap's over seeds and over clients in runs, whichever
 * is further out. Neither says anything where nothing (or all) was refused: then the binomial's over requests stands in.
 *
 * @returns Fractions from 0 to 1.
 */
export function refusedRequestBounds(runs: readonly ClientsOfRun[], stream: RandomStream): Interval {
  const clients = runs.flat().map(({ requests, refused }) => ({ part: refused, whole: requests }));
  const seeds = runs.map((run) => ({ part: sumOf(run, "refused"), whole: sumOf(run, "requests") }));
  const over = proportionBounds(sum(seeds, "part"), sum(seeds, "whole"));
  return hull(over, hull(spread(seeds, stream), spread(clients, stream)));
}

/** How many clients had a refusal. */
export function countHarmed(clients: ClientsOfRun): number {
  return clients.filter(({ refused }) => refused > 0).length;
}

/** The bootstrap's interval; without drawing where all samples are nothing. */
function spread(samples: readonly Sample[], stream: RandomStream): Interval {
  return samples.every(({ part }) => part === 0) ? { low: 0, high: 0 } : bootstrapRatio(samples, stream);
}

function sum(samples: readonly Sample[], member: keyof Sample): number {
  return samples.reduce((total, sample) => total + sample[member], 0);
}

function sumOf(clients: ClientsOfRun, member: "requests" | "refused"): number {
  return clients.reduce((total, client) => total + client[member], 0);
}

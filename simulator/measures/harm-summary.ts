/** How many honest callers a policy harms, how sure that is, and who shared a network with an attack: one population, all seeds. */
import { countHarmed, harmedClientBounds, refusedRequestBounds } from "./false-positives.ts";
import { type PopulationMeasures, percent } from "./measures.ts";
import { deriveStream } from "../random.ts";
import type { Interval } from "./statistics.ts";

/** A measured share with its one-sided 95 % bounds, all in percent. */
export interface BoundedPercent {
  readonly percent: number;
  readonly low: number;
  readonly high: number;
}

/** The client that lost the largest share of its requests in one run. */
export interface WorstClient {
  readonly client: string;
  readonly seed: number;
  readonly requests: number;
  readonly refused: number;
  readonly refusedPercent: number;
}

/** False positives of one population. */
export interface HarmSummary {
  /** Clients that sent anything, over all runs. */
  readonly clientRuns: number;
  /** Those of them with at least one refusal. */
  readonly harmedClients: BoundedPercent;
  /** Refused requests, of all requests. */
  readonly refusedRequests: BoundedPercent;
  /** Null where nobody was refused. */
  readonly worstClient: WorstClient | null;
  /**
   * Refusals in a /24 or /64, and in an autonomous system, from which an attack was sent too, as sums over the seeds; and the clients whose
   * they were.
   */
  readonly collateral: { readonly refused: number; readonly refusedByAsn: number; readonly clients: readonly string[] };
}

interface Run {
  readonly seed: number;
  readonly of: PopulationMeasures;
}

/** Sums up the harm of a population over its runs, at least one. */
export function summariseHarm(scenario: string, runs: readonly Run[]): HarmSummary {
  const clients = runs.map(({ of }) => of.perClient.filter(({ requests }) => requests > 0));
  const all = clients.flat();
  const stream = deriveStream(0, scenario, runs[0]?.of.name ?? "", "false positives");
  const refused = percent(
    all.reduce((sum, one) => sum + one.refused, 0),
    all.reduce((sum, one) => sum + one.requests, 0),
  );
  return {
    clientRuns: all.length,
    harmedClients: bounded(percent(countHarmed(all), all.length), harmedClientBounds(clients, stream)),
    refusedRequests: bounded(refused, refusedRequestBounds(clients, stream)),
    worstClient: worstClientOf(runs),
    collateral: {
      refused: runs.reduce((sum, { of }) => sum + of.collateral.refused, 0),
      refusedByAsn: runs.reduce((sum, { of }) => sum + of.collateral.refusedByAsn, 0),
      clients: [...new Set(runs.flatMap(({ of }) => of.collateral.clients))].sort(),
    },
  };
}

function bounded(measured: number, { low, high }: Interval): BoundedPercent {
  return { percent: measured, low: 100 * low, high: 100 * high };
}

function worstClientOf(runs: readonly Run[]): WorstClient | null {
  let worst: WorstClient | null = null;
  for (const { seed, of } of runs) {
    for (const one of of.perClient) {
      const refusedPercent = percent(one.refused, one.requests);
      if (refusedPercent > (worst?.refusedPercent ?? 0)) worst = { ...one, seed, refusedPercent };
    }
  }
  return worst;
}

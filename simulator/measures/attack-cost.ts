/**
 * What an attack costs its sender, in US dollars: attackers leave when a success costs more than it brings (F5 Labs, 2023: from
 * 19.4 % to 6.0 % of sign-ins after mitigation). The prices are parameters, and the defaults are list prices or assumptions:
 *
 * | price | default | source |
 * |---|---|---|
 * | `proxyGb` | 3 | a gigabyte through residential proxies: list prices of one vendor in 2026 were 0.89 and 5.00 (proxynade.net) |
 * | `requestKb` | 6 | assumption: a small JSON call and its answer with a TLS handshake, as proxies meter both ways |
 * | `credential` | 0.0001 | assumption: a pair from a traded list, of which most are old; fresh ones cost much more |
 * | `solve` | 0.00003 | assumption: a second of such a machine, as long as an answer takes that a machine can give; services that answer others list 0.002 to 0.003 |
 * | `hour` | 0.1 | assumption: a small rented machine that drives the campaign |
 */
import type { Scenario } from "../../dsl/index.ts";

/** Prices in US dollars; `requestKb` is in thousands of bytes. None is negative. */
export interface AttackPrices {
  readonly proxyGb: number;
  readonly requestKb: number;
  readonly credential: number;
  readonly solve: number;
  readonly hour: number;
}

/** What is reckoned with where nothing else is said. */
export const DEFAULT_PRICES: AttackPrices = Object.freeze({
  proxyGb: 3,
  requestKb: 6,
  credential: 0.0001,
  solve: 0.000_03,
  hour: 0.1,
});

/** Models that spend a credential pair with each request. */
const SPENDS_PAIRS: ReadonlySet<string> = new Set(["credential_stuffing"]);

const KB_IN_GB = 1e6;
const HOUR_MICROS = 3.6e9;

/** One attack in one run, as far as its cost goes. */
export interface Effort {
  readonly offered: number;
  readonly succeeded: number;
  readonly lastedMicros: number;
  /** Challenges that it had answered. */
  readonly solved: number;
}

/** What an attack took over all seeds, each a mean of a run. */
export interface AttackCost {
  readonly requests: number;
  readonly hours: number;
  readonly dollars: number;
  /** Over all seeds together; null where nothing succeeded in any. */
  readonly dollarsPerSuccess: number | null;
  readonly requestsPerSuccess: number | null;
}

/** Adds up what an attack of `model` cost over its runs, at least one. */
export function costOf(
  model: Scenario["attacks"][number]["model"],
  runs: readonly Effort[],
  prices: AttackPrices,
): AttackCost {
  const sum = (of: (run: Effort) => number): number => runs.reduce((total, run) => total + of(run), 0);
  const requests = sum(({ offered }) => offered);
  const hours = sum(({ lastedMicros }) => lastedMicros) / HOUR_MICROS;
  const succeeded = sum((run) => run.succeeded);
  const pairs = SPENDS_PAIRS.has(model) ? requests : 0;
  const dollars =
    (requests * prices.requestKb * prices.proxyGb) / KB_IN_GB +
    pairs * prices.credential +
    sum(({ solved }) => solved) * prices.solve +
    hours * prices.hour;
  return {
    requests: requests / runs.length,
    hours: hours / runs.length,
    dollars: dollars / runs.length,
    dollarsPerSuccess: succeeded === 0 ? null : dollars / succeeded,
    requestsPerSuccess: succeeded === 0 ? null : requests / succeeded,
  };
}

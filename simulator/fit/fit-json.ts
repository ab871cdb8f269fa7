/** A fit for machines: the scenario's text, the figures behind it, and what was not fitted. */
import type { Policy } from "../../engine/index.ts";
import { fitText } from "./fit-text.ts";
import { NOT_FITTED } from "./not-fitted.ts";
import type { FittedTraffic } from "./traffic-fit.ts";

/** Name and version of this form. */
export const FIT_SCHEMA = "edgepolicy.fit/1";

/** The fit as data for `JSON.stringify`; times are microseconds since 1970, rates requests a second of one client. */
export function fitJson(fit: FittedTraffic, policy: Policy): object {
  const { fromMicros, toMicros, requests, strangers, unrouted, skipped, refusedThen, populations } = fit;
  return {
    schema: FIT_SCHEMA,
    ...{ fromMicros, toMicros, requests, strangers, unrouted, skipped, refusedThen },
    populations: populations.map(({ model, clients, requests: sent, ratePerSecond, gapVariation, dispersion }) => ({
      ...{ model, clients: clients.map(({ id }) => id), requests: sent, ratePerSecond, gapVariation, dispersion },
    })),
    notFitted: NOT_FITTED,
    scenario: fitText(fit, policy),
  };
}

/** What a policy's state costs: the memory of one key of each declaration that keeps some. */
import { type Aggregate, type Amount, type Expr, MAX_LOG, type Policy, type Rate } from "./policy.ts";
import { BAN_BYTES } from "./state/bans.ts";
import { CALENDAR_BYTES } from "./state/calendars.ts";
import { COUNT_BYTES } from "./state/counts.ts";
import { DEVIATION_BYTES } from "./state/deviations.ts";
import { DISTINCT_BYTES } from "./state/distinct.ts";
import { ELAPSED_BYTES } from "./state/elapsed.ts";
import { CHUNK, CHUNK_BYTES } from "./state/entry-pool.ts";
import { GCRA_BYTES } from "./state/gcra.ts";
import { intervalBytes } from "./state/intervals.ts";
import { LOG_BYTES } from "./state/logs.ts";
import { NOVEL_BYTES } from "./state/novelty.ts";
import { OVERFLOW_BYTES, OVERFLOW_VALUES_BYTES } from "./state/overflows.ts";
import { SHARE_BYTES, STEPS_BYTES } from "./state/shares.ts";
import { SKETCH_BYTES } from "./state/sketches.ts";
import { SUM_BYTES } from "./state/sums.ts";

/** What one piece of state costs. */
export interface StateDescription {
  /** The signal, the limit, or the rule that bans. */
  readonly name: string;
  readonly kind: Aggregate["kind"] | "limit" | "ban";
  /** Bytes that a key takes in its table, its hash included. */
  readonly bytesPerKey: number;
  /**
   * Bytes of a key that has as much as it can: so many values of `distinct` that they are estimated, as many charges as an
   * `exact` limit or one of requests `at once` admits. The same as `bytesPerKey` for all others.
   */
  readonly largestBytesPerKey: number;
}

const SIGNAL_BYTES: Readonly<Record<Exclude<Aggregate["kind"], "interval">, number>> = {
  count: COUNT_BYTES,
  distinct: DISTINCT_BYTES,
  sum: SUM_BYTES,
  max: SUM_BYTES,
  share: SHARE_BYTES,
  steps: STEPS_BYTES,
  novel: NOVEL_BYTES,
  elapsed: ELAPSED_BYTES,
  deviation: DEVIATION_BYTES,
  overflow: OVERFLOW_BYTES,
};

/** The state of every signal, limit and ban of a policy, in declaration order. */
export function describeState(policy: Policy): readonly StateDescription[] {
  const { signals, limits, rules } = policy;
  return [
    ...signals.map(({ name, aggregate }) => describeSignal(name, aggregate)),
    ...limits.map(({ name, amount }) => describeLimit(name, amount, policy)),
    ...rules
      .filter(({ action }) => action.kind === "block" && action.ban !== null)
      .map(({ name }) => describe(name, "ban", BAN_BYTES)),
  ];
}

function describeSignal(name: string, aggregate: Aggregate): StateDescription {
  const { kind } = aggregate;
  if (kind === "distinct") return describe(name, kind, DISTINCT_BYTES, DISTINCT_BYTES + SKETCH_BYTES);
  if (kind === "interval") return describe(name, kind, intervalBytes(aggregate.latest));
  if (kind === "overflow" && aggregate.value !== null) return describe(name, kind, OVERFLOW_VALUES_BYTES);
  return describe(name, kind, SIGNAL_BYTES[kind]);
}

function describeLimit(name: string, amount: Amount, policy: Policy): StateDescription {
  switch (amount.kind) {
    case "gcra":
      return describe(name, "limit", GCRA_BYTES);
    case "calendar":
      return describe(name, "limit", CALENDAR_BYTES);
    case "exact":
      return describeLog(name, mostAllowed(amount.rate, policy));
    case "leases":
      return describeLog(name, amount.count);
  }
}

/** A log's charges are in chunks, and the first chunk may begin with some that are forgotten. */
function describeLog(name: string, charges: number): StateDescription {
  const chunks = Math.ceil((Math.min(MAX_LOG, charges) + CHUNK - 1) / CHUNK);
  return describe(name, "limit", LOG_BYTES + CHUNK_BYTES, LOG_BYTES + chunks * CHUNK_BYTES);
}

/** The most that a rate can allow: a literal, or what a client of the inventory has. */
function mostAllowed(rate: Expr, policy: Policy): number {
  if (rate.kind === "literal") return (rate.value as Rate).allow;
  if (rate.kind === "default") return Math.max(...rate.options.map((option) => mostAllowed(option, policy)));
  return policy.clients.reduce((most, client) => Math.max(most, client.rate?.allow ?? 0), 0);
}

function describe(
  name: string,
  kind: StateDescription["kind"],
  bytesPerKey: number,
  largestBytesPerKey: number = bytesPerKey,
): StateDescription {
  return { name, kind, bytesPerKey, largestBytesPerKey };
}

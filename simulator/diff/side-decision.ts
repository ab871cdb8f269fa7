/** What a comparison keeps of one policy's decision. */
import { type DecisionRecord, type Policy, VERDICTS } from "../../engine/index.ts";
import type { Cause } from "./diff-result.ts";

/** From this verdict on a request does not reach the service. */
export const FIRST_REFUSED: number = VERDICTS.indexOf("challenge");

/** One policy's decision of one request. */
export interface SideDecision {
  /** Index into `VERDICTS`. */
  readonly verdict: number;
  /** Rule, limit or reason; empty for an allow. */
  readonly by: string;
  readonly status: number;
  readonly delayMicros: number;
  readonly retryAfterMicros: number;
  /** Name of the route; empty for none. */
  readonly route: string;
  /** Rules and limits in shadow that would have acted. */
  readonly shadow: readonly string[];
}

const NONE: readonly string[] = [];

/** Reads a record before the engine fills it anew. */
export function fromRecord(record: DecisionRecord, { routes }: Policy): SideDecision {
  const { verdict, by, reason, status, delayMicros, retryAfterMicros, route, shadows } = record;
  return {
    verdict,
    by: by ?? reason,
    status,
    delayMicros,
    retryAfterMicros,
    route: routes[route]?.name ?? "",
    shadow: shadows === 0 ? NONE : record.toDecision().shadow,
  };
}

/** The cause as results state it. */
export function causeOf({ verdict, by }: SideDecision): Cause {
  return { verdict: VERDICTS[verdict] ?? "block", by };
}

/** Whether a request that was let through by `one` is refused by `other`. */
export function turnsAway(one: SideDecision, other: SideDecision): boolean {
  return one.verdict < FIRST_REFUSED && other.verdict >= FIRST_REFUSED;
}

/** Whether two decisions of one verdict differ in what the caller is told, or in what decided. */
export function isRestated(old: SideDecision, now: SideDecision): boolean {
  return (
    old.verdict === now.verdict &&
    (old.by !== now.by ||
      old.status !== now.status ||
      old.delayMicros !== now.delayMicros ||
      old.retryAfterMicros !== now.retryAfterMicros)
  );
}

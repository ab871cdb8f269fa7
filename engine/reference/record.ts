/** Decisions of the reference: plain objects, made anew for every request. */
import type { DecisionRecord } from "../contract.ts";
import type { Decision, LimitReading } from "../decision.ts";
import { VERDICTS } from "../policy.ts";
import type { Addition } from "./verdict.ts";

/** What stands in a decision besides the verdict. */
export interface Findings {
  readonly matched: readonly string[];
  readonly shadow: readonly string[];
  readonly scores: Readonly<Record<string, number>>;
  readonly labels: readonly string[];
  readonly overlays: readonly string[];
  readonly limits: readonly LimitReading[];
}

/** The findings of a request that was refused before the rules. */
export const NO_FINDINGS: Findings = { matched: [], shadow: [], scores: {}, labels: [], overlays: [], limits: [] };

/** Where a decision belongs: the request's route and client, and the handle for its outcome. */
export interface Place {
  readonly route: number;
  readonly client: number;
  readonly token: number;
}

/** Makes the record of a decision. */
export function recordOf(decided: Addition, findings: Findings, place: Place): DecisionRecord {
  const { verdict, status, by, reason } = decided;
  const retryAfterMicros = Math.max(0, decided.retryAfter);
  const decision: Decision = {
    verdict,
    status,
    by,
    reason,
    delay: decided.delay / 1e6,
    retryAfter: retryAfterMicros / 1e6,
    ...findings,
  };
  return {
    ...place,
    verdict: VERDICTS.indexOf(verdict),
    status,
    by,
    reason,
    delayMicros: decided.delay,
    retryAfterMicros,
    shadows: findings.shadow.length,
    shadowOf: (index) => findings.shadow[index] ?? "",
    matches: findings.matched.length,
    matchOf: (index) => findings.matched[index] ?? "",
    toDecision: () => decision,
  };
}

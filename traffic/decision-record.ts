/** Decisions as data: one JSON object a line, numbered as their requests. */
import type { Decision } from "../engine/index.ts";

/** The line (without its newline) that reports decision number `n`, counted from 1. The order of members is fixed. */
export function decisionLine(n: number, decision: Decision): string {
  return JSON.stringify({
    n,
    verdict: decision.verdict,
    status: decision.status,
    by: decision.by,
    matched: decision.matched,
    shadow: decision.shadow,
    reason: decision.reason,
    delay: decision.delay,
    retryAfter: decision.retryAfter,
    scores: decision.scores,
    labels: decision.labels,
    overlays: decision.overlays,
    limits: decision.limits,
  });
}

/** Step 7: what rules, bans and limits add, and which of it decides. */
import type { Action, Limit, Policy, Refusal, Rule, Verdict } from "../policy.ts";
import { BARE_THROTTLE_MICROS, VERDICTS } from "../policy.ts";

/** One verdict asked for, and by whom. Times are microseconds. */
export interface Addition {
  /** What asks: a rule, a live ban of a rule, a limit, or the default. */
  readonly kind: "rule" | "ban" | "limit" | "default";
  readonly verdict: Verdict;
  readonly status: number;
  readonly by: string | null;
  readonly reason: string;
  readonly delay: number;
  readonly retryAfter: number;
  /** Place in the declaration order of rules and limits; earlier wins a tie. */
  readonly place: number;
}

const STATUS = { allow: 200, slow: 200, challenge: 401, throttle: 429, block: 403 } as const;

/** What decides when nothing was added. */
export const PASSES: Addition = {
  kind: "default",
  verdict: "allow",
  status: 200,
  by: null,
  reason: "",
  delay: 0,
  retryAfter: 0,
  place: Infinity,
};

/** Added where the default is to block and nothing allows; it loses every tie. */
export const NO_RULE_ALLOWS: Addition = {
  ...PASSES,
  verdict: "block",
  status: 403,
  reason: "no_rule_allows",
  retryAfter: -1,
};

/** Places of all rules, or of all limits, in the order of declaration, by their indices. */
export function placesOf({ order }: Policy, kind: "rule" | "limit"): readonly number[] {
  const places: number[] = [];
  for (const [place, entry] of order.entries()) if (entry.kind === kind) places[entry.index] = place;
  return places;
}

function addition(verdict: Verdict, by: Rule | Limit, place: number, more: Partial<Addition>): Addition {
  const reason = "because" in by && by.because !== null ? by.because : by.name;
  const kind = "amount" in by ? "limit" : "rule";
  return { kind, verdict, status: STATUS[verdict], by: by.name, reason, delay: 0, retryAfter: 0, place, ...more };
}

/**
 * What a matching rule adds; null for those that restrict nothing, and for a challenge whose pass the caller holds.
 *
 * @param sentence - Microseconds that the ban which it sets will run; 0 for none.
 */
export function additionOfRule(
  rule: Rule,
  place: number,
  passes: readonly string[],
  sentence: number,
): Addition | null {
  const action: Action = rule.action;
  switch (action.kind) {
    case "slow":
      return addition("slow", rule, place, { delay: action.micros });
    case "challenge":
      return passes.includes(action.challenge) ? null : addition("challenge", rule, place, {});
    case "throttle":
      return addition("throttle", rule, place, { retryAfter: action.retryAfterMicros ?? BARE_THROTTLE_MICROS });
    case "block":
      return addition("block", rule, place, { status: action.status, retryAfter: sentence });
    default:
      return null;
  }
}

/** What a live ban adds: a block like its rule's, for the time that is left. */
export function additionOfBan(rule: Rule, place: number, remaining: number): Addition {
  const status = rule.action.kind === "block" ? rule.action.status : STATUS.block;
  return addition("block", rule, place, { kind: "ban", status, retryAfter: remaining });
}

/** What a limit adds that would admit only after `wait` microseconds and does not hold the request so long. */
export function additionOfRefusal(limit: Limit, place: number, wait: number, passes: readonly string[]): Addition {
  const refusal: Refusal = limit.otherwise;
  if (refusal.kind === "block") return addition("block", limit, place, { status: refusal.status, retryAfter: wait });
  const asks = refusal.kind === "challenge" && !passes.includes(refusal.challenge);
  return asks ? addition("challenge", limit, place, {}) : addition("throttle", limit, place, { retryAfter: wait });
}

/** What a limit adds that holds the request until it admits. */
export function additionOfDelay(limit: Limit, place: number, wait: number): Addition {
  return addition("slow", limit, place, { delay: wait });
}

/** Positive where `a` is the stricter; no two are equal but by place. */
export function compareAdditions(a: Addition, b: Addition): number {
  const rank = VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict);
  if (rank !== 0) return rank;
  const length = a.verdict === "slow" ? a.delay - b.delay : a.retryAfter - b.retryAfter;
  return length !== 0 ? length : b.place - a.place;
}

/** The strictest; among equals the longest, then the earliest declared. */
export function strictest(additions: readonly Addition[]): Addition {
  return additions.reduce((best, each) => (compareAdditions(each, best) > 0 ? each : best), PASSES);
}

/** Whether a request with this verdict reaches the service. */
export function passesOn(verdict: Verdict): boolean {
  return verdict === "allow" || verdict === "slow";
}

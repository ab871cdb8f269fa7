/** Generated limits: every amount, at rates and counts that short traces exhaust. */
import type { Amount, Expr, Key, Limit, Rate, Refusal, Rollout, Route } from "../../engine/index.ts";
import { CHALLENGES } from "../../engine/index.ts";
import { FACTS, type Readable, RESPONSE } from "./generators-attributes.ts";
import { attribute, buildCondition, literal, pick, type Reach } from "./generators-expressions.ts";
import { buildTestOf } from "./generators-expressions.ts";
import { both, buildKey, buildOn, conditionOf, declared } from "./generators-parts.ts";
import type { LimitPlan } from "./generators-plan.ts";
import * as words from "./generators-vocabulary.ts";

const { SPAN } = words;
const RATE_TYPE = { scalar: "rate", set: false } as const;

function rateExpr(rate: Rate, ofClient: boolean): Expr {
  const value: Expr = { kind: "literal", type: RATE_TYPE, span: SPAN, value: rate };
  if (!ofClient) return value;
  const own: Expr = { kind: "attribute", type: RATE_TYPE, span: SPAN, name: "client.rate", args: [] };
  return { kind: "default", type: RATE_TYPE, span: SPAN, options: [own, value] };
}

const AMOUNTS: readonly Amount["kind"][] = ["gcra", "exact", "calendar", "leases", "gcra", "exact"];
const UNITS = ["hour", "day", "month"] as const;
const COUNTS: readonly number[] = [1, 2, 3, 5, 100];

function amountOf(plan: LimitPlan): Amount {
  const kind = pick(AMOUNTS, plan.amount) ?? "gcra";
  const count = pick(COUNTS, plan.rate) ?? 1;
  switch (kind) {
    case "gcra":
      return { kind, rate: rateExpr(pick(words.RATES, plan.rate) as Rate, plan.ofClient) };
    case "exact":
      return { kind, rate: rateExpr(pick(words.EXACT_RATES, plan.rate) as Rate, plan.ofClient) };
    case "calendar":
      return {
        kind,
        count,
        unit: pick(UNITS, Math.floor(plan.amount / AMOUNTS.length)) ?? "hour",
        zone: pick(words.ZONES, plan.rate >> 2) ?? "UTC",
      };
    case "leases":
      return { kind, count };
  }
}

function costOf(pickOf: number | null, reach: Reach): Expr | null {
  if (pickOf === null) return null;
  const score = pick(reach.scores, pickOf);
  const scored: Expr | null =
    score === undefined ? null : { kind: "score", type: { scalar: "int", set: false }, span: SPAN, index: score };
  const count = FACTS.find(({ name }) => name === "query.count") as Readable;
  const size = FACTS.find(({ name }) => name === "body.size") as Readable;
  const choices = [
    literal("int", 2),
    literal("int", 3),
    attribute(count),
    literal("int", 0),
    literal("int", 100),
    attribute(size),
    scored,
  ];
  return pick(choices, pickOf) ?? null;
}

function refusalOf(plan: LimitPlan, amount: Amount["kind"]): Refusal {
  const waits = amount === "calendar" ? words.LONG_WAITS : words.WAITS;
  const slow: Refusal = { kind: "slow", upToMicros: pick(waits, plan.status) ?? 0 };
  const choices: readonly Refusal[] = [
    { kind: "throttle" },
    slow,
    slow,
    { kind: "block", status: pick([403, 410, 429], plan.status) ?? 403 },
    { kind: "challenge", challenge: pick(CHALLENGES, plan.status) ?? "pow" },
  ];
  const refusal = pick(choices, plan.otherwise) ?? { kind: "throttle" };
  return refusal.kind === "slow" && amount === "leases" ? { kind: "throttle" } : refusal;
}

/** A condition on the answer, alone or with another on the request. */
function refundOf(plan: LimitPlan, reach: Reach): Expr | null {
  if (plan.refund === null) return null;
  const wider = { ...reach, attributes: [...reach.attributes, ...RESPONSE] };
  const answer = buildTestOf(pick(RESPONSE, plan.status) as Readable, plan.refund, wider);
  return plan.status % 3 === 0 ? both(conditionOf(plan.refund, wider), answer) : answer;
}

/**
 * What a limit may read: everything, but in its keys no score, which may read how much of the limit was used, and in its refund
 * only what is known of the request without state.
 */
export interface LimitReach {
  readonly everything: Reach;
  readonly signals: Reach;
  readonly facts: Reach;
}

/** A key over state: whether a condition holds. */
function stateKey({ refund, status }: LimitPlan, { signals }: LimitReach): readonly Key[] {
  return refund === null || status % 4 !== 1 ? [] : [{ options: [buildCondition(refund, signals)] }];
}

/** Builds the limit of a plan. `former` is its other name, if it says that it had one. */
export function buildLimit(
  plan: LimitPlan,
  names: { readonly name: string; readonly former: string | null },
  routes: readonly Route[],
  reach: LimitReach,
  rollout: Rollout,
): Limit {
  const keys = [...plan.keys.map(buildKey), ...stateKey(plan, reach)];
  const amount = amountOf(plan);
  const calendar = amount.kind === "calendar" ? [amount.unit, amount.zone] : [];
  const stateOf = (name: string): string => JSON.stringify([name, keys, amount.kind, ...calendar]);
  const isLease = amount.kind === "leases";
  return {
    ...declared(names.name),
    on: buildOn(plan.on, routes),
    when: conditionOf(plan.when, reach.everything),
    keys,
    amount,
    cost: isLease ? null : costOf(plan.cost, reach.everything),
    otherwise: refusalOf(plan, amount.kind),
    refund: isLease ? null : refundOf(plan, reach.facts),
    unavailable: "closed",
    rollout,
    stateId: stateOf(names.name),
    wasStateId: names.former === null ? null : stateOf(names.former),
  };
}

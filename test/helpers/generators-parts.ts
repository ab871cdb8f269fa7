/** Parts that every generated declaration is made of: names, keys, routes, rollouts. */
import type { Expr, Key, Rollout, Route, Span } from "../../engine/index.ts";
import { KEYS, type Readable } from "./generators-attributes.ts";
import type { ConditionPlan } from "./generators-conditions.ts";
import { attribute, buildCondition, pick, type Reach } from "./generators-expressions.ts";
import type { KeyPlan, RolloutPlan } from "./generators-plan.ts";
import * as words from "./generators-vocabulary.ts";

const SPAN: Span = words.SPAN;

/** The head of a declaration. */
export function declared(name: string): {
  readonly name: string;
  readonly doc: string;
  readonly span: Span;
} {
  return { name, doc: "", span: SPAN };
}

export function buildKey(plan: KeyPlan): Key {
  return { options: plan.options.map((index) => attribute(pick(KEYS, index) as Readable)) };
}

export function buildOn(picks: readonly number[] | null, routes: readonly Route[]): number[] | null {
  if (picks === null || routes.length === 0) return null;
  return [...new Set(picks.map((each) => each % routes.length))].sort((a, b) => a - b);
}

export function conditionOf(plan: ConditionPlan | null, reach: Reach): Expr | null {
  return plan === null ? null : buildCondition(plan, reach);
}

export function both(left: Expr | null, right: Expr): Expr {
  return left === null
    ? right
    : { kind: "and", type: { scalar: "bool", set: false }, span: SPAN, items: [left, right] };
}

/** Ends of rollouts, as late as traces go. */
const UNTILS: readonly number[] = [0, 1, 1_000_000, 10_000_000, 60_000_000].map((micros) => words.EPOCH + micros);

function rolloutOf(plan: RolloutPlan, replaces: number | null): Rollout {
  const mode = pick(["on", "shadow", "off", "canary"] as const, plan.mode) ?? "on";
  const untilMicros = plan.until === null ? null : (pick(UNTILS, plan.until) ?? null);
  if (mode !== "canary") return { mode, untilMicros };
  const percent = pick([0, 30, 50, 50.5, 100], plan.percent) ?? 50;
  return { mode, percent, key: buildKey(plan.key), replaces, untilMicros };
}

/** Rollouts of all rules, or all limits: a canary replaces another one that replaces nothing, and that nobody else replaces. */
export function buildRollouts(plans: readonly RolloutPlan[]): Rollout[] {
  const replaced = new Map<number, number>();
  for (const [index, plan] of plans.entries()) {
    if (plan.mode % 4 !== 3 || plan.replaces === null || [...replaced.values()].includes(index)) continue;
    const other = plan.replaces % plans.length;
    if (other === index || replaced.has(other) || [...replaced.values()].includes(other)) continue;
    replaced.set(index, other);
  }
  return plans.map((plan, index) => rolloutOf(plan, replaced.get(index) ?? null));
}

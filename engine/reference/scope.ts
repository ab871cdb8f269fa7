/** Scopes: all that the expressions of a policy can read of one request and of state. */
import type { AttributeExpr, Policy, Value } from "../policy.ts";
import { type Answer, readAttribute } from "./attributes.ts";
import { type Scope, truth } from "./expressions.ts";
import type { Facts } from "./facts.ts";
import { keyOf } from "./keys.ts";
import { usedOf } from "./limits.ts";
import { NOT_OVERLAID, overlaidBy } from "./overlays.ts";
import { modesOf } from "./rollout.ts";
import { signalValue, signalYouth } from "./signals.ts";
import { type ReferenceState, withLists } from "./state.ts";

/** What conditions read of the answer while there is none. */
export const UNANSWERED: Answer = { outcome: null, served: false };

/** What attributes are in a scope: whoever copies one with another answer reads that. */
function attribute(this: Scope, expr: AttributeExpr): Value | undefined {
  return readAttribute(this.policy, this.facts, this.answer, expr);
}

/** A scope without state: signals and limits read as empty. */
export function statelessScope(policy: Policy, facts: Facts, answer: Answer = UNANSWERED): Scope {
  const none = (): number => 0;
  const lets = new Map();
  const readings = { attribute, signal: none, score: none, used: none, youth: () => null, lets };
  return { policy, facts, answer, overlaid: NOT_OVERLAID, ...readings };
}

/** The sum of a score's terms that hold, within its bounds. */
function scoreOf(scope: Scope, index: number): number {
  const terms = scope.policy.scores[index]?.terms ?? [];
  const sum = terms.reduce((total, term) => total + (truth(term.when, scope) ? term.points : 0), 0);
  return Math.min(1_000, Math.max(0, sum));
}

/** A scope in a state. Scores are computed when they are first read: none of what they read changes while a request is decided. */
export function scopeOf(state: ReferenceState, facts: Facts, answer: Answer, policy: Policy = state.policy): Scope {
  const scores = new Map<number, number>();
  const scope: Scope = {
    policy: withLists(policy, state),
    facts,
    answer,
    overlaid: overlaidBy(state.overlays, policy, facts),
    lets: new Map(),
    attribute,
    signal: (index) => {
      const signal = policy.signals[index];
      return signal === undefined ? 0 : signalValue(state.signals, signal, scope, state.hashKey);
    },
    youth: (index) => {
      const signal = policy.signals[index];
      return signal === undefined ? null : signalYouth(state.signals, signal, scope);
    },
    score: (index) => {
      const score = scores.get(index) ?? scoreOf(scope, index);
      scores.set(index, score);
      return score;
    },
    used: (index) => {
      const limit = policy.limits[index];
      const mode = modesOf(policy.limits, scope)[index] ?? "off";
      return limit === undefined || mode === "off"
        ? 0
        : usedOf(state.limits, limit, mode === "shadow", keyOf(limit.keys, scope), scope);
    },
  };
  return scope;
}

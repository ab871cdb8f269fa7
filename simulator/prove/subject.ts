/**
 * What is put to the proof. An invariant speaks of the requests for which a rule of the same `on` and `when` would match, so that it is
 * lowered to one: a rule that notes and changes no decision. The engines then evaluate it as they evaluate every rule.
 */
import type { Invariant } from "../../dsl/index.ts";
import type { Policy, Rule } from "../../engine/index.ts";

/** A policy with its invariants as rules after its own. */
export interface Subject {
  readonly policy: Policy;
  /** The policy as it was declared. */
  readonly declared: Policy;
  readonly invariants: readonly Invariant[];
  /** Index of the rule that stands for the first invariant; the others follow in order. */
  readonly firstInvariant: number;
}

/** Puts the invariants of a policy behind its rules. */
export function makeSubject(declared: Policy, invariants: readonly Invariant[]): Subject {
  const firstInvariant = declared.rules.length;
  const order = invariants.map((_, index) => ({ kind: "rule" as const, index: firstInvariant + index }));
  const policy = {
    ...declared,
    rules: [...declared.rules, ...invariants.map(ruleOf)],
    order: [...declared.order, ...order],
  };
  return { policy, declared, invariants, firstInvariant };
}

/** No declared name has a space in it. */
function ruleOf({ name, doc, span, on, when }: Invariant): Rule {
  return {
    name: `invariant "${name}"`,
    doc,
    span,
    on,
    when,
    action: { kind: "note", label: `invariant ${name}` },
    because: null,
    tags: [],
    owner: null,
    sealed: false,
    unavailable: "closed",
    rollout: { mode: "on", untilMicros: null },
  };
}

/** What each declaration of a policy made of one request, read in the state in which the rules read it. */
import type { KeyPart } from "../contract.ts";
import type { Aggregate, Key, ScalarType, Signal } from "../policy.ts";
import type { Scope } from "../reference/expressions.ts";
import { keyPart } from "../reference/keys.ts";
import type { Judged, Judgement } from "../reference/judge.ts";
import { costOf } from "../reference/limits.ts";
import { type Addition, compareAdditions } from "../reference/verdict.ts";
import type {
  Contender,
  ExplainedExpr,
  ExplainedLimit,
  ExplainedRule,
  ExplainedScore,
  ExplainedSignal,
  SignalConditions,
} from "./explanation.ts";
import type { ExprExplainer } from "./expressions.ts";

const NO_CONDITIONS: SignalConditions = { where: null, hit: null };

/** The conditions of a signal on an event; none on a route whose requests are no events of it. */
export function conditionsOf({ on, where, aggregate }: Signal, scope: Scope, exprs: ExprExplainer): SignalConditions {
  if (!isOn(on, scope)) return NO_CONDITIONS;
  return { where: exprs.condition(where), hit: aggregate.kind === "share" ? exprs.condition(aggregate.when) : null };
}

/** Every signal as rules read it. Whether this request was an event of it stands elsewhere. */
export function explainSignals(scope: Scope): ExplainedSignal[] {
  return scope.policy.signals.map(({ name, span, keys, aggregate }, index) => ({
    name,
    span,
    key: keyOf(keys, scope),
    recorded: false,
    value: scope.signal(index),
    youth: scope.youth(index),
    type: { scalar: typeOf(aggregate), set: false },
    conditions: NO_CONDITIONS,
  }));
}

/** Every score with its terms. */
export function explainScores(scope: Scope, exprs: ExprExplainer): ExplainedScore[] {
  return scope.policy.scores.map(({ name, span, terms }, index) => ({
    name,
    span,
    value: scope.score(index),
    terms: terms.map((term) => ({ points: term.points, span: term.span, when: exprs.explain(term.when) })),
  }));
}

/** Every rule. What it added is known later. */
export function explainRules(judged: readonly Judged[], scope: Scope, exprs: ExprExplainer): ExplainedRule[] {
  return judged.map((each) => ({
    name: each.rule.name,
    span: each.rule.span,
    mode: each.mode,
    onRoute: each.onRoute,
    when: exprs.condition(each.rule.when, each.onRoute),
    matches: each.matches,
    exemptBy: each.exemptBy,
    added: null,
    banMicros: each.ban,
  }));
}

/** Every limit as it stands before it is asked. */
export function explainLimits({ scope, limitModes, limitExemptBy }: Judgement, exprs: ExprExplainer): ExplainedLimit[] {
  return scope.policy.limits.map((limit, index) => ({
    name: limit.name,
    span: limit.span,
    mode: limitModes[index] ?? "off",
    onRoute: isOn(limit.on, scope),
    when: exprs.condition(limit.when, isOn(limit.on, scope)),
    exemptBy: limitExemptBy[index] ?? [],
    key: keyOf(limit.keys, scope),
    asked: false,
    admits: false,
    cost: costOf(limit, scope),
    remaining: 0,
    waitMicros: 0,
    used: scope.used(index),
  }));
}

/** What each refund reads of an outcome. */
export function explainRefunds(
  scope: Scope,
  exprs: ExprExplainer,
): readonly { readonly name: string; readonly when: ExplainedExpr }[] {
  return scope.policy.limits.flatMap(({ name, refund, on }) => {
    const when = isOn(on, scope) ? exprs.condition(refund) : null;
    return when === null ? [] : [{ name, when }];
  });
}

/** All that asked for a verdict, the strictest first. */
export function contendersOf(additions: readonly Addition[]): Contender[] {
  return additions
    .filter(({ verdict }) => verdict !== "allow")
    .toSorted((a, b) => compareAdditions(b, a))
    .map((each) => ({
      name: each.by,
      kind: each.kind,
      verdict: each.verdict,
      micros: each.verdict === "slow" ? each.delay : Math.max(0, each.retryAfter),
    }));
}

function typeOf(aggregate: Aggregate): ScalarType {
  switch (aggregate.kind) {
    case "count":
    case "distinct":
      return "int";
    case "share":
    case "steps":
      return "percent";
    case "sum":
    case "max":
      return aggregate.value.type.scalar;
    case "interval":
    case "elapsed":
      return "duration";
    case "deviation":
      return "number";
    case "novel":
    case "overflow":
      return "bool";
  }
}

function keyOf(keys: readonly Key[], scope: Scope): readonly KeyPart[] | null {
  const parts = keys.map((key) => keyPart(key, scope)).filter((part) => part !== null);
  return parts.length === keys.length ? parts : null;
}

function isOn(on: readonly number[] | null, { facts }: Scope): boolean {
  return on === null || on.includes(facts.route);
}

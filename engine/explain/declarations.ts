/** What each declaration of a policy made of one request, read in the state in which the rules read it. */
import type { KeyPart } from "../contract.ts";
import type { Key, Policy, Rule, Signal } from "../policy.ts";
import { evaluate, type Scope } from "../reference/expressions.ts";
import { keyPart } from "../reference/keys.ts";
import { takesEffect } from "../reference/reference.ts";
import { type Judged, modeOf } from "../reference/rollout.ts";
import { type Addition, compareAdditions, NO_RULE_ALLOWS } from "../reference/verdict.ts";
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

/** The conditions of a signal on an event. */
export function conditionsOf({ on, where, aggregate }: Signal, scope: Scope, exprs: ExprExplainer): SignalConditions {
  const onRoute = isOn(on, scope);
  const hit = aggregate.kind === "share" ? aggregate.when : null;
  return { where: exprs.condition(where, onRoute), hit: exprs.condition(hit, onRoute) };
}

/** Every signal as rules read it. Whether this request was an event of it stands elsewhere. */
export function explainSignals(scope: Scope): ExplainedSignal[] {
  return scope.policy.signals.map(({ name, span, keys }, index) => ({
    name,
    span,
    key: keyOf(keys, scope),
    recorded: false,
    value: scope.signal(index),
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
export function explainRules(
  judged: readonly Judged[],
  banOf: (judged: Judged) => number,
  scope: Scope,
  exprs: ExprExplainer,
): ExplainedRule[] {
  const exempters = exemptersOf(judged);
  return judged.map((each, index) => ({
    name: each.rule.name,
    span: each.rule.span,
    mode: each.mode,
    onRoute: isOn(each.rule.on, scope),
    when: exprs.condition(each.rule.when, isOn(each.rule.on, scope)),
    matches: each.matches,
    exemptBy: exempters.filter(({ rules }) => rules.includes(index)).map(({ name }) => name),
    added: null,
    banMicros: banOf(each),
  }));
}

/** Every limit as it stands before it is asked. */
export function explainLimits(judged: readonly Judged[], scope: Scope, exprs: ExprExplainer): ExplainedLimit[] {
  const exempters = exemptersOf(judged);
  return scope.policy.limits.map((limit, index) => ({
    name: limit.name,
    span: limit.span,
    mode: modeOf(limit, scope),
    onRoute: isOn(limit.on, scope),
    when: exprs.condition(limit.when, isOn(limit.on, scope)),
    exemptBy: exempters.filter(({ limits }) => limits.includes(index)).map(({ name }) => name),
    key: keyOf(limit.keys, scope),
    asked: false,
    admits: false,
    cost: Math.max(1, limit.cost === null ? 1 : Number(evaluate(limit.cost, scope) ?? 1)),
    remaining: 0,
    waitMicros: 0,
    used: usedOf(index, scope),
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
export function contendersOf(additions: readonly Addition[], bans: readonly Addition[], policy: Policy): Contender[] {
  const limits = new Set(policy.limits.map(({ name }) => name));
  const kindOf = (each: Addition): Contender["kind"] => {
    if (each === NO_RULE_ALLOWS) return "default";
    if (bans.includes(each)) return "ban";
    return limits.has(each.by ?? "") ? "limit" : "rule";
  };
  return additions
    .filter(({ verdict }) => verdict !== "allow")
    .toSorted((a, b) => compareAdditions(b, a))
    .map((each) => ({
      name: each.by,
      kind: kindOf(each),
      verdict: each.verdict,
      micros: each.verdict === "slow" ? each.delay : Math.max(0, each.retryAfter),
    }));
}

function exemptersOf(
  judged: readonly Judged[],
): readonly { readonly name: string; readonly rules: readonly number[]; readonly limits: readonly number[] }[] {
  return judged
    .filter(takesEffect)
    .flatMap(({ rule }: { readonly rule: Rule }) =>
      rule.action.kind === "exempt" ? [{ name: rule.name, rules: rule.action.rules, limits: rule.action.limits }] : [],
    );
}

function keyOf(keys: readonly Key[], scope: Scope): readonly KeyPart[] | null {
  const parts = keys.map((key) => keyPart(key, scope)).filter((part) => part !== null);
  return parts.length === keys.length ? parts : null;
}

function isOn(on: readonly number[] | null, { facts }: Scope): boolean {
  return on === null || on.includes(facts.route);
}

function usedOf(index: number, scope: Scope): number {
  const limit = scope.policy.limits[index];
  if (limit === undefined) return 0;
  const type = { scalar: "percent", set: false } as const;
  return Number(evaluate({ kind: "used", type, span: limit.span, index }, scope) ?? 0);
}

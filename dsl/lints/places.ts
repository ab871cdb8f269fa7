/** The conditions and expressions of a policy, with what each belongs to. */
import type { Aggregate, AttributeExpr, Expr, Key, Policy, Rollout, Rule } from "../../engine/index.ts";
import { walk } from "../check/walk.ts";

/** A condition of the policy with the routes it stands on and the words that name its place. */
export interface Place {
  readonly expr: Expr;
  readonly on: readonly number[] | null;
  readonly what: string;
}

/** Every condition that a declaration is guarded by. */
export function conditionsOf(policy: Policy): readonly Place[] {
  const places: Place[] = [];
  const add = (expr: Expr | null, on: Place["on"], what: string): void => {
    if (expr !== null) places.push({ expr, on, what });
  };
  for (const one of policy.lets) if (one.expr.type.scalar === "bool") add(one.expr, null, `the let \`${one.name}\``);
  for (const { name, on, where, aggregate } of policy.signals) {
    add(where, on, `the signal \`${name}\``);
    if (aggregate.kind === "share") add(aggregate.when, on, `the share of the signal \`${name}\``);
  }
  for (const { name, terms } of policy.scores) {
    for (const term of terms) add(term.when, null, `a term of the score \`${name}\``);
  }
  for (const { name, on, when, refund } of policy.limits) {
    add(when, on, `the limit \`${name}\``);
    add(refund, on, `the refund of the limit \`${name}\``);
  }
  for (const { name, on, when } of policy.rules) add(when, on, `the rule \`${name}\``);
  return places;
}

/** Every expression that decides something, keys among them. */
export function expressionsOf(policy: Policy): readonly Expr[] {
  const { lets, signals, scores, limits, rules } = policy;
  const found: (Expr | null)[] = lets.map((one) => one.expr);
  for (const signal of signals) found.push(signal.where, ...partsOf(signal.aggregate), ...optionsOf(signal.keys));
  for (const score of scores) found.push(...score.terms.map((term) => term.when));
  for (const { when, cost, refund, amount, keys, rollout } of limits) {
    found.push(when, cost, refund, ...optionsOf(keys), ...rolloutKey(rollout));
    if (amount.kind === "gcra" || amount.kind === "exact") found.push(amount.rate);
  }
  for (const { when, action, rollout } of rules) {
    found.push(when, ...rolloutKey(rollout));
    if (action.kind === "block" && action.ban !== null) found.push(...optionsOf(action.ban.keys));
  }
  return found.filter((expr) => expr !== null);
}

/** Expressions that an aggregate reads of each event. */
export function partsOf(aggregate: Aggregate): readonly Expr[] {
  if (aggregate.kind === "share") return [aggregate.when];
  return "value" in aggregate && aggregate.value !== null ? [aggregate.value] : [];
}

/** The attributes that keys are made of. */
export function optionsOf(keys: readonly Key[]): readonly Expr[] {
  return keys.flatMap((key) => key.options);
}

function rolloutKey(rollout: Rollout): readonly Expr[] {
  return rollout.mode === "canary" ? rollout.key.options : [];
}

/** Attributes, signals and scores that an expression reads, through `let` and scores too. */
export interface Readings {
  readonly attributes: readonly AttributeExpr[];
  readonly signals: ReadonlySet<number>;
  readonly scores: ReadonlySet<number>;
}

/** Everything that an expression reads in the end. */
export function readingsOf(expr: Expr, policy: Policy): Readings {
  const attributes: AttributeExpr[] = [];
  const seen = { let: new Set<number>(), score: new Set<number>(), signal: new Set<number>() };
  const waiting: Expr[] = [expr];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    walk(next, (part) => {
      if (part.kind === "attribute") attributes.push(part);
      if (part.kind !== "let" && part.kind !== "score" && part.kind !== "signal") return;
      if (seen[part.kind].has(part.index)) return;
      seen[part.kind].add(part.index);
      const inner = part.kind === "let" ? policy.lets[part.index] : undefined;
      if (inner !== undefined) waiting.push(inner.expr);
      if (part.kind === "score") waiting.push(...(policy.scores[part.index]?.terms ?? []).map((term) => term.when));
    });
  }
  return { attributes, signals: seen.signal, scores: seen.score };
}

/** Whether a rollout lets a rule or limit take effect for anyone. */
export function takesEffect(rollout: Rollout): boolean {
  return rollout.mode === "on" || rollout.mode === "canary";
}

/** Rules that take effect for everyone and for good: on without an end, replaced by no canary, and exempted from by no rule. */
export function certainRules(policy: Policy): ReadonlySet<Rule> {
  const uncertain = new Set(policy.rules.flatMap(({ action }) => (action.kind === "exempt" ? action.rules : [])));
  for (const { rollout } of policy.rules) {
    if (rollout.mode === "canary" && rollout.replaces !== null) uncertain.add(rollout.replaces);
  }
  const stays = ({ rollout }: Rule): boolean => rollout.mode === "on" && rollout.untilMicros === null;
  return new Set(policy.rules.filter((rule, index) => stays(rule) && !uncertain.has(index)));
}

/** Whether the policy identifies programs: it verifies credentials, or names its clients. */
export function isMachineApi(policy: Policy): boolean {
  return policy.identity.length > 0 || policy.clients.length > 0;
}

/** An attribute as the language writes it. */
export function writtenAttribute({ name, args }: AttributeExpr): string {
  if (name === "param" || name === "body" || name === "fact") return String(args[0]);
  if (name === "token.field") return `token.${args[0]}`;
  return args.length === 1 && !name.startsWith("now.") ? `${name}[${JSON.stringify(args[0])}]` : name;
}

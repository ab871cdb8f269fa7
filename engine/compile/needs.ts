/** What a policy can read of a request, found by walking every expression in it. */
import type { Needs } from "../contract.ts";
import type { AttributeExpr, Expr, Key, Policy } from "../policy.ts";

/** The expressions directly inside an expression. */
function partsOf(expr: Expr): readonly Expr[] {
  if ("items" in expr) return expr.items;
  if ("item" in expr) return [expr.item];
  if ("options" in expr) return expr.options;
  if ("attribute" in expr) return [expr.attribute];
  if ("cases" in expr) return expr.cases.map(({ when }) => when);
  if ("key" in expr) return [expr.key];
  if ("right" in expr) return [expr.left, expr.right];
  return "left" in expr ? [expr.left] : [];
}

function visit(expr: Expr, found: AttributeExpr[]): void {
  if (expr.kind === "attribute") found.push(expr);
  for (const part of partsOf(expr)) visit(part, found);
}

function* keysOf(policy: Policy): Generator<Key> {
  for (const { keys } of [...policy.signals, ...policy.limits]) yield* keys;
  for (const { action, rollout } of policy.rules) {
    if (action.kind === "block" && action.ban !== null) yield* action.ban.keys;
    if (rollout.mode === "canary") yield rollout.key;
  }
  for (const { rollout } of policy.limits) if (rollout.mode === "canary") yield rollout.key;
}

function* expressionsOf(policy: Policy): Generator<Expr | null> {
  for (const { where, aggregate } of policy.signals) {
    yield where;
    if ("value" in aggregate) yield aggregate.value;
    if (aggregate.kind === "share") yield aggregate.when;
  }
  for (const { terms } of policy.scores) for (const { when } of terms) yield when;
  for (const { when, amount, cost, refund } of policy.limits) {
    yield* [when, "rate" in amount ? amount.rate : null, cost, refund];
  }
  for (const { when } of policy.rules) yield when;
  for (const { expr } of policy.lets) yield expr;
  for (const { options } of keysOf(policy)) yield* options;
}

/** Computes what a transport must fetch for a policy. */
export function needsOf(policy: Policy): Needs {
  const found: AttributeExpr[] = [];
  for (const expr of expressionsOf(policy)) if (expr !== null) visit(expr, found);
  const argumentsOf = (name: string): Set<string> =>
    new Set(found.filter((each) => each.name === name).map(({ args }) => String(args[0])));
  const headers = argumentsOf("header");
  if (found.some(({ name }) => name === "cookie")) headers.add("cookie");
  for (const source of policy.identity) if ("header" in source) headers.add(source.header);
  const fields = argumentsOf("body");
  const facts = argumentsOf("fact");
  return {
    headers: [...headers].sort(),
    headerCount: found.some(({ name }) => name === "header.count"),
    bodyRoutes: policy.routes.flatMap(({ body }, route) => (body.some(({ name }) => fields.has(name)) ? [route] : [])),
    facts: [...policy.facts.keys()].filter((index) => facts.has(policy.facts[index]!.name)),
    outcomes:
      policy.signals.some(({ phase }) => phase === "outcome") ||
      policy.limits.some(({ amount, refund }) => amount.kind === "leases" || refund !== null),
    responseHeaders: [...argumentsOf("response.header")].sort(),
  };
}

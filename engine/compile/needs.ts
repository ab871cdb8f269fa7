/** What a policy can read of a request, found by walking every expression in it. */
import type { Needs } from "../contract.ts";
import type { AttributeExpr, Expr, Key, Policy } from "../policy.ts";

/** Attributes that are read, by their names, with the first argument of each reading. */
type Read = Map<string, Set<string>>;

function visit(expr: Expr, read: Read): void {
  switch (expr.kind) {
    case "attribute":
      note(expr, read);
      return;
    case "and":
    case "or":
      return visitAll(expr.items, read);
    case "not":
      return visit(expr.item, read);
    case "default":
      return visitAll(expr.options, read);
    case "has":
      return visit(expr.attribute, read);
    case "cases":
      for (const { when } of expr.cases) visit(when, read);
      return;
    case "lookup":
      return visit(expr.key, read);
    case "matches":
    case "contains":
    case "starts_with":
    case "ends_with":
    case "like":
      return visit(expr.left, read);
    case "compare":
    case "in":
    case "any_of":
    case "all_of":
    case "+":
    case "-":
    case "*":
    case "ratio":
      visit(expr.left, read);
      visit(expr.right, read);
      return;
    default:
  }
}

function visitAll(exprs: readonly Expr[], read: Read): void {
  for (const expr of exprs) visit(expr, read);
}

function note({ name, args }: AttributeExpr, read: Read): void {
  const known = read.get(name);
  if (known === undefined) read.set(name, new Set([String(args[0])]));
  else known.add(String(args[0]));
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
  const read: Read = new Map();
  for (const expr of expressionsOf(policy)) if (expr !== null) visit(expr, read);
  const argumentsOf = (name: string): ReadonlySet<string> => read.get(name) ?? new Set();
  const headers = new Set(argumentsOf("header"));
  if (read.has("cookie")) headers.add("cookie");
  for (const source of policy.identity) if ("header" in source) headers.add(source.header);
  const fields = argumentsOf("body");
  const facts = argumentsOf("fact");
  return {
    headers: [...headers].sort(),
    headerCount: read.has("header.count"),
    bodySize: read.has("body.size"),
    bodyRoutes: policy.routes.flatMap(({ body }, route) => (body.some(({ name }) => fields.has(name)) ? [route] : [])),
    facts: [...policy.facts.keys()].filter((index) => facts.has(policy.facts[index]!.name)),
    outcomes:
      policy.signals.some(({ phase }) => phase === "outcome") ||
      policy.limits.some(({ amount, refund }) => amount.kind === "leases" || refund !== null),
    responseHeaders: [...argumentsOf("response.header")].sort(),
  };
}

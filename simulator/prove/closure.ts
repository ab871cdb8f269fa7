/** What a declaration depends on: the expressions of everything that it reads, however indirectly. */
import { type Expr, type Key, type Limit, partsOf, type Policy, type Signal } from "../../engine/index.ts";

/** The given expressions and those of the lets, signals, scores and limits that they read, each once. */
export function closureOf(roots: readonly Expr[], policy: Policy): readonly Expr[] {
  const found = new Set<Expr>();
  const read = new Set<string>();
  const visit = (expr: Expr): void => {
    const below = readBy(expr, policy, read);
    for (const each of below) add(each);
    for (const part of partsOf(expr)) visit(part);
  };
  const add = (expr: Expr): void => {
    if (found.has(expr)) return;
    found.add(expr);
    visit(expr);
  };
  for (const root of roots) add(root);
  return [...found];
}

/** The expressions behind a name, where it was not met before. */
function readBy(expr: Expr, policy: Policy, read: Set<string>): readonly Expr[] {
  if (expr.kind !== "let" && expr.kind !== "signal" && expr.kind !== "score" && expr.kind !== "used") return [];
  const id = `${expr.kind} ${expr.index}`;
  if (read.has(id)) return [];
  read.add(id);
  switch (expr.kind) {
    case "let":
      return present([policy.lets[expr.index]?.expr ?? null]);
    case "signal":
      return signalExprs(policy.signals[expr.index]);
    case "score":
      return policy.scores[expr.index]?.terms.map(({ when }) => when) ?? [];
    case "used":
      return limitExprs(policy.limits[expr.index]);
  }
}

/** Everything that a signal evaluates. */
export function signalExprs(signal: Signal | undefined): readonly Expr[] {
  if (signal === undefined) return [];
  const { where, aggregate, keys } = signal;
  const value = "value" in aggregate ? aggregate.value : null;
  return present([where, value, aggregate.kind === "share" ? aggregate.when : null, ...optionsOf(keys)]);
}

/** Everything that a limit evaluates. */
export function limitExprs(limit: Limit | undefined): readonly Expr[] {
  if (limit === undefined) return [];
  const { when, cost, refund, amount, keys } = limit;
  return present([when, cost, refund, "rate" in amount ? amount.rate : null, ...optionsOf(keys)]);
}

/** The expressions of a key. */
export function optionsOf(keys: readonly Key[]): readonly Expr[] {
  return keys.flatMap(({ options }) => options);
}

function present(exprs: readonly (Expr | null)[]): readonly Expr[] {
  return exprs.filter((expr) => expr !== null);
}

/** Indices of the signals that some expressions read themselves. */
export function signalsIn(exprs: readonly Expr[]): readonly number[] {
  const found = new Set<number>();
  const visit = (expr: Expr): void => {
    if (expr.kind === "signal") found.add(expr.index);
    for (const part of partsOf(expr)) visit(part);
  };
  for (const expr of exprs) visit(expr);
  return [...found];
}

/** Every number written in some expressions. */
export function numbersIn(exprs: readonly Expr[]): readonly number[] {
  const found = new Set<number>();
  const visit = (expr: Expr): void => {
    if (expr.kind === "literal" && typeof expr.value === "number") found.add(expr.value);
    for (const part of partsOf(expr)) visit(part);
  };
  for (const expr of exprs) visit(expr);
  return [...found];
}

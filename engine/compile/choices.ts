/**
 * Comparisons of what a class or a table chooses. The value is one of few that the policy names, so the comparison becomes a
 * condition over what it is chosen by: equal parts are then settled once, and what reads facts alone can be indexed.
 */
import type { CasesExpr, CompareOp, Expr, LookupExpr, Policy, ScalarValue } from "../policy.ts";
import { EVIDENCE } from "../policy.ts";
import { FALSE, negate, TRUE } from "./literals.ts";

/** What builds the conditions. */
interface Builder {
  /** As `lower`, of a condition that may be asked for again. */
  lowerOnce(expr: Expr): number;
  all(literals: readonly number[]): number;
  any(literals: readonly number[]): number;
  isOneOf(expr: Expr, values: readonly ScalarValue[]): number;
}

/** The class or table that gives an expression its value, or null for other expressions. */
export function choiceOf(policy: Policy, expr: Expr): CasesExpr | LookupExpr | null {
  let inner = expr;
  while (inner.kind === "let") inner = policy.lets[inner.index]!.expr;
  return inner.kind === "cases" || inner.kind === "lookup" ? inner : null;
}

/** A literal that holds where the value chosen fits. */
export function choiceWhere(
  builder: Builder,
  policy: Policy,
  choice: CasesExpr | LookupExpr,
  fits: (value: ScalarValue) => boolean,
): number {
  if (choice.kind === "lookup") return lookupWhere(builder, policy, choice, fits);
  let literal = fits(choice.otherwise.value as ScalarValue) ? TRUE : FALSE;
  for (const { when, value } of choice.cases.toReversed()) {
    const condition = builder.lowerOnce(when);
    literal = fits(value.value as ScalarValue)
      ? builder.any([condition, literal])
      : builder.all([negate(condition), literal]);
  }
  return literal;
}

function lookupWhere(
  builder: Builder,
  policy: Policy,
  { index, key }: LookupExpr,
  fits: (value: ScalarValue) => boolean,
): number {
  const { entries, otherwise } = policy.tables[index]!;
  const others = fits(otherwise);
  const keys = entries.flatMap(([each, value]) => (fits(value) === others ? [] : [each]));
  const literal = builder.isOneOf(key, keys);
  return others ? negate(literal) : literal;
}

/** Rank in `EVIDENCE`, -1 for other texts. */
export function rankOf(value: ScalarValue): number {
  return (EVIDENCE as readonly ScalarValue[]).indexOf(value);
}

/** Tests a value against a literal of its type; texts have an order where they are kinds of evidence. */
export function comparer(op: CompareOp, literal: ScalarValue): (value: ScalarValue) => boolean {
  const orderOf = (value: ScalarValue): number => (typeof value === "string" ? rankOf(value) : Number(value));
  const bound = orderOf(literal);
  switch (op) {
    case "==":
      return (value) => value === literal;
    case "!=":
      return (value) => value !== literal;
    case "<":
      return (value) => orderOf(value) < bound;
    case "<=":
      return (value) => orderOf(value) <= bound;
    case ">":
      return (value) => orderOf(value) > bound;
    case ">=":
      return (value) => orderOf(value) >= bound;
  }
}

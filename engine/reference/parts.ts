/** The parts of an expression, for everything that walks the policy model to interpret or explain it. */
import type { Expr } from "../policy.ts";

/**
 * The direct parts, in the order of the text. A read (`let`, `signal` …) has none: what it reads stands elsewhere. Nor is a list or a
 * literal set after `in` a part: it is the same for every request, and can be long.
 */
export function partsOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "and":
    case "or":
      return expr.items;
    case "not":
      return [expr.item];
    case "has":
      return [expr.attribute];
    case "default":
      return expr.options;
    case "cases":
      return expr.cases.map(({ when }) => when);
    case "lookup":
      return [expr.key];
    case "in":
    case "any_of":
    case "all_of":
      return isConstant(expr.right) ? [expr.left] : [expr.left, expr.right];
    case "compare":
    case "+":
    case "-":
    case "*":
    case "ratio":
      return [expr.left, expr.right];
    case "contains":
    case "starts_with":
    case "ends_with":
    case "like":
    case "matches":
      return [expr.left];
    default:
      return [];
  }
}

function isConstant({ kind }: Expr): boolean {
  return kind === "literal" || kind === "list";
}

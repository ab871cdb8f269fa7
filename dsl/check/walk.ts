/** Visits the parts of checked expressions. */
import type { Expr } from "../../engine/index.ts";
import { modelText } from "./model-text.ts";

/** The direct parts of an expression, from left to right. */
export function parts(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case "literal":
    case "attribute":
    case "signal":
    case "score":
    case "let":
    case "used":
    case "list":
      return [];
    case "and":
    case "or":
      return expr.items;
    case "not":
      return [expr.item];
    case "has":
      return [expr.attribute];
    case "default":
      return expr.options;
    case "matches":
    case "contains":
    case "starts_with":
    case "ends_with":
    case "like":
      return [expr.left];
    case "cases":
      return [...expr.cases.flatMap(({ when, value }) => [when, value]), expr.otherwise];
    case "lookup":
      return [expr.key];
    case "compare":
    case "in":
    case "+":
    case "-":
    case "*":
    case "ratio":
    case "any_of":
    case "all_of":
      return [expr.left, expr.right];
  }
}

/** Calls `visit` for the expression and all its parts, from left to right. */
export function walk(expr: Expr, visit: (part: Expr) => void): void {
  visit(expr);
  // The same as `parts`, without an array for each expression: every lint comes by here with every condition.
  switch (expr.kind) {
    case "literal":
    case "attribute":
    case "signal":
    case "score":
    case "let":
    case "used":
    case "list":
      return;
    case "and":
    case "or":
      for (const item of expr.items) walk(item, visit);
      return;
    case "compare":
    case "in":
      walk(expr.left, visit);
      walk(expr.right, visit);
      return;
    case "default":
      for (const option of expr.options) walk(option, visit);
      return;
    default:
      for (const part of parts(expr)) walk(part, visit);
  }
}

/** Texts of expressions, which never change: lints compare the same ones many times. */
const TEXTS = new WeakMap<Expr, string>();

/** As {@link modelText}, of an expression that is asked about again. */
export function exprText(expr: Expr): string {
  const known = TEXTS.get(expr);
  if (known !== undefined) return known;
  const text = modelText(expr);
  TEXTS.set(expr, text);
  return text;
}

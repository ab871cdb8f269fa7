/** Parts of the policy model as text, to tell whether two are equal; never shown to people. */
import type { Expr, Value } from "../../engine/index.ts";

/** An expression as text that is equal for equal expressions wherever they stand. */
export function modelText(expr: Expr): string {
  const { kind, type } = expr;
  return `${kind} ${type.scalar}${type.set ? "*" : ""} ${contentText(expr)};`;
}

function contentText(expr: Expr): string {
  switch (expr.kind) {
    case "literal":
      return valueText(expr.value);
    case "attribute":
      return expr.args.length === 0 ? expr.name : `${expr.name} ${JSON.stringify(expr.args)}`;
    case "signal":
    case "score":
    case "let":
    case "used":
    case "list":
      return String(expr.index);
    case "and":
    case "or":
      return allText(expr.items);
    case "not":
      return modelText(expr.item);
    case "has":
      return modelText(expr.attribute);
    case "default":
      return allText(expr.options);
    case "compare":
      return expr.op + modelText(expr.left) + modelText(expr.right);
    case "in":
      return modelText(expr.left) + modelText(expr.right);
    default:
      return dataText(expr);
  }
}

function allText(exprs: readonly Expr[]): string {
  let text = "";
  for (const expr of exprs) text += modelText(expr);
  return text;
}

/** The length of a string stands before it, so that no string looks like more than itself. */
function valueText(value: Value): string {
  if (typeof value === "string") return `${value.length}"${value}`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Any part of the model, as {@link modelText}; slower. */
export function dataText(data: unknown): string {
  return JSON.stringify(data, (key, value: unknown) => (key === "span" ? undefined : value));
}

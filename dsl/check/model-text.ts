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
      return expr.args.length === 0 ? expr.name : `${expr.name} ${argumentsText(expr.args)}`;
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
    case "contains":
    case "starts_with":
    case "ends_with":
    case "like":
      return modelText(expr.left) + valueText(expr.text);
    case "matches":
      // What a pattern is made of follows from how it is written.
      return `${modelText(expr.left)}${expr.pattern.ignoreCase ? "i" : ""}${valueText(expr.pattern.source)}`;
    default:
      return dataText(expr);
  }
}

function allText(exprs: readonly Expr[]): string {
  let text = "";
  for (const expr of exprs) text += modelText(expr);
  return text;
}

function argumentsText(args: readonly (string | number)[]): string {
  const [only] = args;
  return args.length === 1 && only !== undefined ? valueText(only) : JSON.stringify(args);
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

/** A number that is equal for expressions whose {@link modelText} is; others have it in common rarely. */
export function modelHash(expr: Expr): number {
  switch (expr.kind) {
    case "literal":
      return mix(1, typeof expr.value === "object" ? 0 : textHash(String(expr.value)));
    case "attribute":
      return expr.args.reduce((hash: number, arg) => mix(hash, textHash(String(arg))), textHash(expr.name));
    case "and":
    case "or":
      return expr.items.reduce((hash, item) => mix(hash, modelHash(item)), 2);
    case "default":
      return expr.options.reduce((hash, option) => mix(hash, modelHash(option)), 3);
    case "not":
      return mix(4, modelHash(expr.item));
    case "compare":
      return mix(mix(textHash(expr.op), modelHash(expr.left)), modelHash(expr.right));
    case "in":
      return mix(mix(5, modelHash(expr.left)), modelHash(expr.right));
    case "contains":
    case "starts_with":
    case "ends_with":
    case "like":
      return mix(mix(6, modelHash(expr.left)), textHash(expr.text));
    case "matches":
      return mix(mix(7, modelHash(expr.left)), textHash(expr.pattern.source));
    case "signal":
    case "score":
    case "let":
    case "used":
    case "list":
      return mix(textHash(expr.kind), expr.index);
    default:
      return textHash(expr.kind);
  }
}

function textHash(text: string): number {
  let hash = text.length;
  for (let index = 0; index < text.length; index++) hash = mix(hash, text.charCodeAt(index));
  return hash;
}

/** A step of FNV-1a. */
function mix(hash: number, value: number): number {
  return Math.imul(hash ^ value, 0x01000193);
}

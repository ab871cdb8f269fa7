/** Keys of limits in the language's words, for one caller. */
import type { Expr, Key } from "../../../engine/index.ts";
import { type Evaluation, UNKNOWN } from "./partial.ts";

/** `client`, `ip.network`, `client, ip`: for each part the first option that the caller can have, and those that it may. */
export function keysText(keys: readonly Key[], evaluation: Evaluation): string {
  return keys.map((key) => keyText(key, evaluation)).join(", ");
}

function keyText({ options }: Key, evaluation: Evaluation): string {
  const shown: string[] = [];
  for (const option of options) {
    const value = evaluation.value(option);
    if (value === undefined) continue;
    shown.push(attributeText(option));
    if (value !== UNKNOWN) break;
  }
  return shown.join(" else ");
}

/** An attribute as it is written. */
export function attributeText(expr: Expr): string {
  if (expr.kind !== "attribute") return "a value";
  const { name, args } = expr;
  if (name === "client.id") return "client";
  if (name === "param" || name === "body" || name === "fact") return String(args[0]);
  if (name === "token.field") return `token.${String(args[0])}`;
  if (name === "ip.network" && args[0] === 24 && args[1] === 64) return name;
  if (args.length === 0) return name;
  return typeof args[0] === "number" ? `${name}(${args.join(", ")})` : `${name}["${String(args[0])}"]`;
}

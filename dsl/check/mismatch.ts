/** Advice for two types that do not fit: how the literal among them is written in the other's type. */
import { canonicalIp, canonicalNetwork } from "../../engine/index.ts";
import { textOf, type Typed } from "./typed.ts";
import type { Type } from "./types.ts";

/** The remedy for comparing these two, or an empty text where there is no general one. */
export function mismatchHelp(left: Typed, right: Typed): string {
  if (left.type.set || right.type.set) return "test membership: `x in xs`, `any of xs in ys`, `all of xs in ys`";
  const advice = literalHelp(right, left.type) ?? literalHelp(left, right.type);
  return advice ?? "nothing is converted: take two values of one type";
}

/** How a literal would be written in the type that is wanted; null where it is none, or has no such form. */
export function literalHelp(literal: Typed, wanted: Type): string | null {
  if (literal.expr.kind !== "literal" || literal.type.set) return null;
  const text = textOf(literal.expr.value);
  if (literal.type.scalar === "int" || literal.type.scalar === "number") return numberAdvice(Number(text), wanted);
  if (literal.type.scalar === "string") return textAdvice(text, wanted);
  if (literal.type.scalar === "network" && wanted.scalar === "ip") return `test \`ip in ${text}\``;
  if (wanted.scalar === "string") return `quote it: \`"${text}"\``;
  return unitAdvice(wanted);
}

function numberAdvice(value: number, wanted: Type): string | null {
  switch (wanted.scalar) {
    case "size":
      return `give the number a unit: \`${sizeText(value)}\``;
    case "duration":
      return `give the number a unit: \`${value}s\` or \`${value}ms\``;
    case "percent":
      return percentAdvice(value);
    case "string":
      return `quote it: \`"${value}"\``;
    default:
      return unitAdvice(wanted);
  }
}

/** A fraction may be meant as a share of one. */
function percentAdvice(value: number): string {
  const share = Number((value * 100).toPrecision(12));
  return value > 0 && value < 1
    ? `write \`${share}%\`, or \`${value}%\` for less than one percent`
    : `write \`${value}%\``;
}

function sizeText(bytes: number): string {
  if (bytes >= 1024 ** 2 && bytes % 1024 ** 2 === 0) return `${bytes / 1024 ** 2}MB`;
  return bytes >= 1024 && bytes % 1024 === 0 ? `${bytes / 1024}KB` : `${bytes}B`;
}

function textAdvice(text: string, wanted: Type): string | null {
  const address = canonicalIp(text) ?? canonicalNetwork(text);
  if (wanted.scalar === "ip" || wanted.scalar === "network") {
    return address === null
      ? "write an address without quotes, such as `203.0.113.9`"
      : `write it without quotes: \`${address}\``;
  }
  if (wanted.members !== null) return `write it without quotes: \`is ${text}\``;
  return unitAdvice(wanted);
}

function unitAdvice(wanted: Type): string | null {
  switch (wanted.scalar) {
    case "duration":
      return "write a duration, such as `10s`";
    case "size":
      return "write a size, such as `64KB`";
    case "percent":
      return "write a percentage, such as `20%`";
    case "time":
      return "write a time, such as `2027-01-31T00:00:00Z`";
    case "int":
      return "write a whole number, such as `20`";
    case "number":
      return "write a number, such as `0.5`";
    case "string":
      return 'write a text: `"…"`';
    case "ip":
      return "write an address, such as `203.0.113.9`";
    case "network":
      return "write a network, such as `10.0.0.0/8`";
    case "path":
      return 'write a path: `"/v1/orders"`';
    default:
      return null;
  }
}

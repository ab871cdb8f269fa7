/** Numbers as a policy's text has them: written with the unit that fits, and read back by the language's own rules. */
import { parse } from "../../dsl/index.ts";
import type { PolicyLiteral } from "./literals.ts";

type Kind = PolicyLiteral["kind"];

const DURATIONS: readonly (readonly [string, number])[] = [
  ["d", 86_400_000_000],
  ["h", 3_600_000_000],
  ["m", 60_000_000],
  ["s", 1_000_000],
  ["ms", 1_000],
];
const SIZES: readonly (readonly [string, number])[] = [
  ["GB", 1024 ** 3],
  ["MB", 1024 ** 2],
  ["KB", 1024],
  ["B", 1],
];

/** `value` as a literal of `kind`, rounded to what one can say: whole numbers, milliseconds, bytes, thousandths. */
export function literalText(kind: Kind, value: number): string {
  switch (kind) {
    case "int":
      return String(Math.round(value));
    case "decimal": {
      const text = String(Number(value.toFixed(3)));
      return text.includes(".") ? text : `${text}.0`;
    }
    case "percent":
      return `${Number(value.toFixed(3))}%`;
    case "duration":
      return inUnits(Math.max(1_000, Math.round(value / 1_000) * 1_000), DURATIONS);
    case "size":
      return inUnits(Math.max(1, Math.round(value)), SIZES);
  }
}

/** In the largest unit of which it is a whole number. */
function inUnits(value: number, units: readonly (readonly [string, number])[]): string {
  const [unit, size] = units.find(([, each]) => value % each === 0) ?? units.at(-1) ?? ["", 1];
  return `${value / size}${unit}`;
}

/** Reads a literal such as `10m`; null where `text` is none, or of another kind. A whole number may stand for a decimal. */
export function readLiteral(kind: Kind, text: string): number | null {
  if (!/^[\w.%]+$/.test(text)) return null;
  const { file, diagnostics } = parse(`let value = ${text}\n`);
  const [declaration] = file.declarations;
  if (diagnostics.length > 0 || declaration?.kind !== "let" || declaration.value.kind !== "literal") return null;
  const { type, value } = declaration.value;
  if (typeof value !== "number") return null;
  return type === kind || (type === "int" && kind === "decimal") ? value : null;
}

/** An example of a literal of `kind`, for messages. */
export const EXAMPLES: Readonly<Record<Kind, string>> = {
  int: "10",
  decimal: "0.5",
  percent: "2%",
  duration: "10m",
  size: "64KB",
};

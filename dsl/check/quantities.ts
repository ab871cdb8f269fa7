/** Quantities with a unit and a range. */
import { SEMANTICS } from "../codes/semantics.ts";
import type { Quantity } from "../ast.ts";
import type { Report } from "./report.ts";

/** A year and a day: windows, bans and periods are at most this long. */
export const MAX_DURATION: number = 366 * 86_400_000_000;

/** A duration longer than nothing, in microseconds; null where it is not one, which is reported. */
export function readLength(quantity: Quantity, what: string, report: Report): number | null {
  if (quantity.kind !== "duration") {
    report.error(SEMANTICS.typesDiffer, quantity.span, `${what} is a duration, not \`${quantity.raw}\``, {
      help: quantity.kind === "int" ? `give it a unit: \`${quantity.raw}s\`` : "write a duration, such as `10m`",
    });
    return null;
  }
  if (quantity.value > 0 && quantity.value <= MAX_DURATION) return quantity.value;
  report.error(
    SEMANTICS.outOfRange,
    quantity.span,
    `${what} is longer than nothing and at most 366d, not \`${quantity.raw}\``,
    {
      help: "write a duration, such as `10m`",
    },
  );
  return null;
}

/** A whole number from `min` to `max`; null where it is not one, which is reported. */
export function readCount(quantity: Quantity, min: number, max: number, what: string, report: Report): number | null {
  const { kind, value } = quantity;
  if (kind === "int" && value >= min && value <= max) return value;
  report.error(
    SEMANTICS.outOfRange,
    quantity.span,
    `${what} is a whole number from ${min} to ${max}, not \`${quantity.raw}\``,
    {
      help: `write a number such as \`${Math.min(Math.max(min, 10), max)}\``,
    },
  );
  return null;
}

/** A percentage from 0 to 100; null where it is not one, which is reported. */
export function readPercent(quantity: Quantity, what: string, report: Report): number | null {
  if (quantity.kind === "percent" && quantity.value >= 0 && quantity.value <= 100) return quantity.value;
  report.error(
    SEMANTICS.outOfRange,
    quantity.span,
    `${what} is a percentage from 0% to 100%, not \`${quantity.raw}\``,
    {
      help: quantity.kind === "int" ? `write \`${quantity.raw}%\`` : "write a percentage, such as `10%`",
    },
  );
  return null;
}

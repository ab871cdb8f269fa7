/** What reading a signal gives, by its aggregate; known before the signal itself is checked. */
import { attributeUse } from "./attribute-names.ts";
import type { CheckContext } from "./context.ts";
import { unwrap } from "./typed.ts";
import { BOOL, DURATION, INT, NUMBER, PERCENT, type Type } from "./types.ts";

/** Aggregates of the language; `argument` where the value has the type of the argument. */
export const AGGREGATES: ReadonlyMap<string, Type | "argument"> = new Map<string, Type | "argument">([
  ["count", INT],
  ["distinct", INT],
  ["sum", "argument"],
  ["max", "argument"],
  ["share", PERCENT],
  ["steps", PERCENT],
  ["deviation", NUMBER],
  ["interval", DURATION],
  ["novel", BOOL],
  ["elapsed", DURATION],
  ["overflow", BOOL],
]);

/** Type of a signal's reading; null where its aggregate is unknown or its argument gives no type. */
export function signalType(context: CheckContext, index: number): Type | null {
  const signal = context.declarations.signals[index];
  const type = AGGREGATES.get(signal?.aggregate.text ?? "");
  if (type !== "argument") return type ?? null;
  const argument = signal?.argument == null ? null : unwrap(signal.argument);
  return argument?.kind === "name" ? (attributeUse(argument, context)?.type ?? null) : null;
}

/**
 * Which attributes are known to be present. Guards flow through `and`, `or` and `not` from left to right, so a condition
 * carries two sets: what is present where it holds, and what is present where it does not.
 */
import type { AttributeExpr, Expr } from "../../engine/index.ts";

/** Attributes in the text form of {@link presenceKey}. */
export type Presence = ReadonlySet<string>;

/** Nothing is known. */
export const NOTHING_PRESENT: Presence = new Set();

/** A condition with what it proves present. `expr` is null where a problem was reported inside it. */
export interface Condition {
  readonly expr: Expr | null;
  readonly whenTrue: Presence;
  readonly whenFalse: Presence;
}

/** A condition that proves nothing. */
export function plainCondition(expr: Expr | null): Condition {
  return { expr, whenTrue: NOTHING_PRESENT, whenFalse: NOTHING_PRESENT };
}

/** Text that is the same for two readings of one attribute, and is how the language writes it. */
export function presenceKey(attribute: Pick<AttributeExpr, "name" | "args">): string {
  const { name, args } = attribute;
  if (name === "param" || name === "body" || name === "fact") return String(args[0] ?? "");
  return args.length === 0 ? name : `${name}[${args.map((argument) => JSON.stringify(argument)).join(", ")}]`;
}

/** What is present where both hold. */
export function union(a: Presence, b: Presence): Presence {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  return new Set([...a, ...b]);
}

/** What is present whichever of the two holds. */
export function intersection(a: Presence, b: Presence): Presence {
  if (a.size === 0 || b.size === 0) return NOTHING_PRESENT;
  return new Set([...a].filter((key) => b.has(key)));
}

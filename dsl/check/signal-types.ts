/** What reading a signal gives, by its aggregate; known before the signal itself is checked. */
import type { AstBinary, AstExpr, AstName } from "../ast.ts";
import { attributeUse } from "./attribute-names.ts";
import type { CheckContext } from "./context.ts";
import { DECLARED_TYPES } from "./declared-types.ts";
import { unwrap } from "./typed.ts";
import { BOOL, DURATION, INT, NUMBER, PERCENT, SIZE, type Type } from "./types.ts";

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
  return signal?.argument == null ? null : typeOf(signal.argument, context);
}

const LITERALS: Readonly<Record<string, Type>> = {
  int: INT,
  decimal: NUMBER,
  percent: PERCENT,
  duration: DURATION,
  size: SIZE,
};

/** The type that a number computed like this has, if it is right: that is checked, and reported, with the signal. */
function typeOf(argument: AstExpr, context: CheckContext): Type | null {
  const inner = unwrap(argument);
  switch (inner.kind) {
    case "literal":
      return LITERALS[inner.type] ?? null;
    case "default":
      return inner.options[0] === undefined ? null : typeOf(inner.options[0], context);
    case "binary":
      return arithmeticType(inner, context);
    case "name":
      return namedType(inner, context);
    default:
      return null;
  }
}

/** Of `*` the type of what is not an int; of `+` and `-` that of both, where an int beside a number is a number. */
function arithmeticType({ op, left, right }: AstBinary, context: CheckContext): Type | null {
  const [first, second] = [typeOf(left, context), typeOf(right, context)];
  if (op !== "+" && op !== "-" && op !== "*") return null;
  return first?.scalar === "int" ? second : first;
}

function namedType(ast: AstName, context: CheckContext): Type | null {
  const [name = null, ...others] = ast.parts.map(({ text }) => text);
  if (name === "ratio" && ast.args !== null) return PERCENT;
  const declared = name === null || others.length > 0 ? undefined : context.scope.find(name);
  if (declared?.kind === "table")
    return DECLARED_TYPES.get(context.declarations.tables[declared.index]?.to.text ?? "") ?? null;
  // What reads upwards is reported as such, with the signal.
  if (declared?.kind === "signal" || declared?.kind === "score") return INT;
  if (declared?.kind === "let") return context.lets.read("let", declared.index)?.type ?? null;
  return attributeUse(ast, context)?.type ?? null;
}

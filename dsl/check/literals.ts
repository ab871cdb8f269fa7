/** Literals: their types, and how one fits a place that wants a certain type. */
import { canonicalPath } from "../../engine/index.ts";
import type { LiteralExpr, Rate, ScalarValue } from "../../engine/index.ts";
import type { AstLiteral, AstRate } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Report } from "./report.ts";
import { literal, textOf, type Typed } from "./typed.ts";
import {
  BOOL,
  DURATION,
  INT,
  IP,
  NETWORK,
  NUMBER,
  PATH,
  PERCENT,
  RATE,
  SIZE,
  STRING,
  TIME,
  type Type,
} from "./types.ts";

/** The type that a literal has by itself. */
const TYPES: Readonly<Record<Exclude<AstLiteral["type"], "time_of_day">, Type>> = {
  bool: BOOL,
  int: INT,
  decimal: NUMBER,
  percent: PERCENT,
  string: STRING,
  duration: DURATION,
  size: SIZE,
  time: TIME,
  ip: IP,
  network: NETWORK,
};

/** Checks a literal where a value stands; null for a time of day, which has no type of its own. */
export function checkLiteral(ast: AstLiteral, report: Report): Typed | null {
  if (ast.type === "time_of_day") {
    report.error(SEMANTICS.notValue, ast.span, `the time of day \`${ast.raw}\` stands only in a window`, {
      help: 'compare the hour: `now.hour("Europe/Rome") < 6`',
    });
    return null;
  }
  const type = TYPES[ast.type];
  return { expr: literal(ast.value, type, ast.span), type };
}

/** Largest burst times period, in microseconds over the reduced rate, that limits can keep exact. */
const MAX_PRODUCT = Number.MAX_SAFE_INTEGER;
const MAX_COUNT = 1_000_000_000;

/** A rate literal. Its counts are whole, its period positive, and their product stays exact in integers. */
export function checkRate(ast: AstRate, report: Report): Typed | null {
  const burst = ast.burst ?? ast.allow;
  for (const count of [ast.allow, burst]) {
    if (count.value >= 1 && count.value <= MAX_COUNT && Number.isInteger(count.value)) continue;
    report.error(SEMANTICS.outOfRange, count.span, `a rate counts from 1 to ${MAX_COUNT}, not \`${count.raw}\``, {
      help: "write a whole count, such as `10 per 1m`",
    });
    return null;
  }
  if (ast.per.kind !== "duration" || ast.per.value <= 0) {
    report.error(SEMANTICS.outOfRange, ast.per.span, `a rate needs a period longer than \`${ast.per.raw}\``, {
      help: "write a duration, such as `10 per 1m`",
    });
    return null;
  }
  const rate: Rate = { allow: ast.allow.value, perMicros: ast.per.value, burst: burst.value };
  if (!isExact(rate)) {
    report.error(SEMANTICS.outOfRange, ast.span, "this rate is too fine to be kept exactly", {
      help: "take a smaller burst, a shorter period, or counts that divide the period",
    });
    return null;
  }
  return { expr: literal(rate, RATE, ast.span), type: RATE };
}

/** Whether all products that a limit forms of this rate are exact integers. */
export function isExact(rate: Rate): boolean {
  const divisor = greatestCommonDivisor(rate.allow, rate.perMicros);
  return rate.burst * (rate.perMicros / divisor) <= MAX_PRODUCT;
}

function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** The literal with another type that it also fits: an integer as a number, a string as a path. Otherwise null. */
export function literalAs(typed: Typed, type: Type, report: Report): Typed | null {
  const { expr } = typed;
  if (expr.kind !== "literal" || type.set) return null;
  if (typed.type.scalar === "int" && type.scalar === "number")
    return { expr: literal(expr.value, NUMBER, expr.span), type };
  if (typed.type.scalar === "string" && type.scalar === "path") return pathLiteral(expr, report);
  return null;
}

/** Reads text as a path, in canonical form. An impossible path is reported; the result then is still a path. */
function pathLiteral(expr: LiteralExpr, report: Report): Typed {
  const text = textOf(expr.value);
  const path = readPath(text);
  if (path === null) {
    report.error(SEMANTICS.wrongArgument, expr.span, `no request has the path \`${text}\``, {
      help: 'write a path as requests have it, such as `"/v1/orders"`; text of it is compared with `path.raw`',
    });
  }
  return { expr: literal(path ?? text, PATH, expr.span), type: PATH };
}

/** The canonical form of a path, or null where no request can have it. */
export function readPath(text: string): string | null {
  if (!text.startsWith("/") || text.includes("?") || text.includes("#")) return null;
  const { path, ambiguous } = canonicalPath(text);
  return ambiguous ? null : path;
}

/** A literal's value where only single values stand. */
export function scalarOf(expr: LiteralExpr): ScalarValue {
  return typeof expr.value === "object" ? 0 : expr.value;
}

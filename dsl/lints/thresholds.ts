/** Comparisons with a value that the reading never crosses. */
import type { CompareExpr, CompareOp, Expr, Policy, Span } from "../../engine/index.ts";
import { walk } from "../check/walk.ts";
import { LINTS } from "../codes/lints.ts";
import type { LintInput } from "./input.ts";
import { expressionsOf, writtenAttribute } from "./places.ts";
import { type Range, rangeOf } from "./ranges.ts";

/** Warns at each such comparison. @returns Their places, so that nothing is said about the conditions around them. */
export function lintThresholds({ policy, report }: Pick<LintInput, "policy" | "report">): readonly Span[] {
  const found: Span[] = [];
  for (const expr of expressionsOf(policy)) {
    walk(expr, (part) => {
      const settled = part.kind === "compare" ? settledBy(part, policy) : null;
      if (settled === null) return;
      found.push(part.span);
      const { name, span, most } = settled.reading;
      report.warning(LINTS.threshold, part.span, `this is always ${settled.holds}: ${most}`, {
        help: `compare \`${name}\` with a value inside its range`,
        notes: span === null ? [] : [{ message: `\`${name}\` is declared here`, span }],
      });
    });
  }
  return found;
}

interface Reading {
  readonly name: string;
  /** Where it is declared; null for an attribute of the language. */
  readonly span: Span | null;
  readonly most: string;
}

const MIRROR: Partial<Record<CompareOp, CompareOp>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

/** What every value of the reading says about the comparison; null where it is open. */
function settledBy(
  { op, left, right }: CompareExpr,
  policy: Policy,
): { readonly holds: boolean; readonly reading: Reading } | null {
  if (left.kind === "literal" && right.kind !== "literal") return settle(right, MIRROR[op] ?? op, left, policy);
  return settle(left, op, right, policy);
}

function settle(
  reading: Expr,
  op: CompareOp,
  literal: Expr,
  policy: Policy,
): { readonly holds: boolean; readonly reading: Reading } | null {
  const range = rangeOf(reading, policy);
  if (range === null || literal.kind !== "literal" || typeof literal.value !== "number") return null;
  const holds = always(range, op, literal.value);
  return holds === null ? null : { holds, reading: describe(reading, range, policy) };
}

/** Whether `x op bound` is the same for every x of the range. */
function always({ low, high }: Range, op: CompareOp, bound: number): boolean | null {
  const [allBelow, allAbove] = [high < bound, low > bound];
  switch (op) {
    case "<":
      return allBelow ? true : low >= bound ? false : null;
    case "<=":
      return high <= bound ? true : allAbove ? false : null;
    case ">":
      return allAbove ? true : high <= bound ? false : null;
    case ">=":
      return low >= bound ? true : allBelow ? false : null;
    case "==":
      return allBelow || allAbove ? false : null;
    case "!=":
      return allBelow || allAbove ? true : null;
  }
}

function describe(reading: Expr, range: Range, policy: Policy): Reading {
  if (reading.kind === "attribute") {
    const name = writtenAttribute(reading);
    return { name, span: null, most: `\`${name}\` is ${words(range, reading)}` };
  }
  const kind = reading.kind as "signal" | "score" | "used";
  const one = { signal: policy.signals, score: policy.scores, used: policy.limits }[kind][
    "index" in reading ? reading.index : 0
  ];
  const [name, span] = [one?.name ?? "", one?.span ?? reading.span];
  const shown = kind === "used" ? `used(${name})` : name;
  return { name: shown, span, most: `\`${shown}\` is ${words(range, reading)}` };
}

function words({ low, high }: Range, { type }: Expr): string {
  const unit = type.scalar === "percent" ? "%" : "";
  if (high === Number.POSITIVE_INFINITY) return "never negative";
  return type.scalar === "duration" ? "never longer than its window" : `from ${low}${unit} to ${high}${unit}`;
}

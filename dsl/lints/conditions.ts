/** Conditions that are always true or always false, and parts of conditions that change nothing. */
import type { Expr, LogicExpr, Span } from "../../engine/index.ts";
import { exprText, walk } from "../check/walk.ts";
import { LINTS } from "../codes/lints.ts";
import type { LintInput } from "./input.ts";
import { conditionsOf, type Place } from "./places.ts";
import type { Goal } from "./satisfiable.ts";

type Input = Pick<LintInput, "policy" | "solver" | "report">;

/** Warns at each condition that no request, or every request, meets. @param said - Places that another lint has spoken about. */
export function lintConditions(input: Input, said: readonly Span[] = []): void {
  for (const place of conditionsOf(input.policy)) {
    if (said.some((span) => contains(place.expr.span, span))) continue;
    if (!isSettled(place, input)) lintParts(place, input);
  }
}

function contains(outer: Span, inner: Span): boolean {
  return outer.file === inner.file && outer.start <= inner.start && inner.end <= outer.end;
}

/** Whether the whole condition is always false or true, which is reported. */
function isSettled({ expr, on, what }: Place, { solver, report }: Input): boolean {
  if (!solver.canHold([{ expr, holds: true }], on)) {
    report.warning(LINTS.alwaysFalse, expr.span, `the condition of ${what} is always false`, {
      help: "no request meets it; mend the condition, or take it out",
    });
    return true;
  }
  if (solver.canHold([{ expr, holds: false }], on)) return false;
  report.warning(LINTS.alwaysTrue, expr.span, `the condition of ${what} is always true`, {
    help: "every request meets it; mend the condition, or leave it out",
  });
  return true;
}

/** Parts of this many neighbours at most are compared: each question costs as many steps as there are parts. */
const MAX_PARTS = 32;

function lintParts({ expr, on }: Place, input: Input): void {
  walk(expr, (part) => {
    if ((part.kind === "and" || part.kind === "or") && part.items.length <= MAX_PARTS) lintLogic(part, on, input);
  });
}

/** Reports the last part that the others make superfluous: of several that imply each other one is enough. */
function lintLogic({ kind, items }: LogicExpr, on: Place["on"], { solver, report }: Input): void {
  const all = kind === "and";
  const isImplied = solver.impliedAmong(items, all, on);
  const idle = items.findLast((item) => isImplied(item) && !isRepeated(item, items));
  if (idle === undefined) return;
  const failing: Goal = { expr: idle, holds: !all };
  const cause = items.find((other) => other !== idle && !solver.canHold([{ expr: other, holds: all }, failing], on));
  const [place, why] = all ? ["where the others hold, it holds too", "this implies it"] : NEVER_ALONE;
  report.warning(LINTS.idleCondition, idle.span, `this part changes nothing: ${place}`, {
    help: "take it out, or mend its bound or operator",
    notes: cause === undefined ? [] : [{ message: why, span: cause.span }],
  });
}

const NEVER_ALONE = ["where it holds, another holds too", "this holds then as well"] as const;

/** Repeated parts have a lint of their own, with a fix. */
function isRepeated(item: Expr, items: readonly Expr[]): boolean {
  const text = exprText(item);
  return items.some((other) => other !== item && exprText(other) === text);
}

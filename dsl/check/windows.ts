/** `window` declarations: spans of time, read as `now in NAME`. */
import type { Expr, Window } from "../../engine/index.ts";
import type { AstWindow, Name } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Report } from "./report.ts";
import { readWord } from "./words.ts";
import { BOOL, exprType, WEEKDAY } from "./types.ts";
import { checkZone } from "./zones.ts";

const DAYS = WEEKDAY.members?.members ?? [];

/** Checks all windows; a wrong one keeps its place, so that indices stay those of the text. */
export function checkWindows(declarations: readonly AstWindow[], report: Report): readonly Window[] {
  return declarations.map((ast) => ({
    name: ast.name.text,
    doc: ast.doc,
    span: ast.span,
    recurrence: checkRecurrence(ast, report),
  }));
}

function checkRecurrence(ast: AstWindow, report: Report): Window["recurrence"] {
  const from = Number(ast.from.value);
  const to = Number(ast.to.value);
  if (ast.recurrence === "once") {
    if (to <= from) reportEmpty(ast, "the window ends before it starts", report);
    return { kind: "once", from, to };
  }
  const zone = ast.zone === null ? "UTC" : (checkZone(ast.zone.value, ast.zone.span, report) ?? "UTC");
  if (ast.recurrence === "daily") {
    if (from === to) reportEmpty(ast, "the window ends when it starts", report);
    return { kind: "daily", from, to, zone };
  }
  const fromDay = dayOf(ast.fromDay, report);
  // Without a day of its own the end is the next such time of day: past midnight where it is earlier than the start.
  const nextDay = to < from ? (fromDay + 1) % DAYS.length : fromDay;
  const toDay = ast.toDay === null ? nextDay : dayOf(ast.toDay, report);
  if (fromDay === toDay && from === to) reportEmpty(ast, "the window ends when it starts", report);
  return { kind: "weekly", fromDay, from, toDay, to, zone };
}

function dayOf(day: Name | null, report: Report): number {
  if (day === null) return 0;
  const found = readWord(day, DAYS, "day of the week", report);
  return found === null ? 0 : DAYS.indexOf(found);
}

function reportEmpty(ast: AstWindow, message: string, report: Report): void {
  report.error(SEMANTICS.outOfRange, ast.to.span, message, {
    help:
      ast.recurrence === "once"
        ? "write the earlier time first"
        : "for the whole day write `00:00 to 24:00`, or leave the window out",
  });
}

/** `now in NAME`. */
export function inWindow(index: number, span: Expr["span"]): Expr {
  return { kind: "attribute", name: "now.in", args: [index], type: exprType(BOOL), span };
}

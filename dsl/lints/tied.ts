/** Rules that never decide because an earlier one of the same verdict holds whenever they do. */
import { BARE_THROTTLE_MICROS, type Rule } from "../../engine/index.ts";
import { LINTS } from "../codes/lints.ts";
import { canMeet, holdsWherever, isPlain, refusingRules } from "./covered.ts";
import { meaningOf } from "./idle.ts";
import type { LintInput } from "./input.ts";

/** Warns at each rule that loses every tie. It comes last, as it may take all steps that are left. */
export function lintTied({
  policy,
  solver,
  budget,
  report,
}: Pick<LintInput, "policy" | "solver" | "budget" | "report">): void {
  const places = new Map(policy.order.flatMap(({ kind, index }, place) => (kind === "rule" ? [[index, place]] : [])));
  const placed = policy.rules.map((rule, index) => ({ rule, place: places.get(index) ?? index }));
  const refusing = new Set(refusingRules(policy));
  const earlier = placed.filter(({ rule }) => refusing.has(rule)).toSorted((a, b) => a.place - b.place);
  for (const { rule, place } of placed) {
    if (!isPlain(rule) || !canMeet(rule, rule, solver)) continue;
    for (const cover of earlier) {
      if (cover.place >= place) break;
      if (!budget.spend()) return;
      if (!winsTie(cover.rule, rule) || !holdsWherever(cover.rule, rule, solver)) continue;
      // That both do the same is told already.
      if (meaningOf(cover.rule) !== meaningOf(rule)) reportTied(rule, cover.rule, report);
      break;
    }
  }
}

/** Whether of two verdicts of equal strictness the first one stands where it is declared first: a longer retry goes before. */
function winsTie({ action: first }: Rule, { action: second }: Rule): boolean {
  if (first.kind === "block") return second.kind === "block";
  return first.kind === "throttle" && second.kind === "throttle" && retryOf(first) >= retryOf(second);
}

function retryOf({ retryAfterMicros }: { readonly retryAfterMicros: number | null }): number {
  return retryAfterMicros ?? BARE_THROTTLE_MICROS;
}

function reportTied(rule: Rule, cover: Rule, report: LintInput["report"]): void {
  const message = `the rule \`${rule.name}\` never decides: whenever it holds, \`${cover.name}\` of the same verdict holds too, and stands before it`;
  report.warning(LINTS.covered, rule.span, message, {
    help: winsTie(rule, cover)
      ? `take it out, narrow \`${cover.name}\`, or declare it before \`${cover.name}\``
      : `take it out, or narrow \`${cover.name}\``,
    notes: [{ message: `\`${cover.name}\` is declared here`, span: cover.span }],
  });
}

/** Conditions that are always true or always false. */
import type { Expr, Policy } from "../../engine/index.ts";
import type { Report } from "../check/report.ts";
import { LINTS } from "../codes/lints.ts";
import type { Solver } from "./satisfiable.ts";

/** A condition of the policy with the routes it stands on and the words that name its place. */
interface Place {
  readonly expr: Expr;
  readonly on: readonly number[] | null;
  readonly what: string;
}

/** Warns at each condition that no request, or every request, meets. */
export function lintConditions(policy: Policy, solver: Solver, report: Report): void {
  for (const place of placesOf(policy)) {
    const { expr, on, what } = place;
    if (!solver.canHold([{ expr, holds: true }], on)) {
      report.warning(LINTS.alwaysFalse, expr.span, `the condition of ${what} is always false`, {
        help: "no request meets it; mend the condition, or take it out",
      });
    } else if (!solver.canHold([{ expr, holds: false }], on)) {
      report.warning(LINTS.alwaysTrue, expr.span, `the condition of ${what} is always true`, {
        help: "every request meets it; mend the condition, or leave it out",
      });
    }
  }
}

function placesOf(policy: Policy): readonly Place[] {
  const places: Place[] = [];
  for (const one of policy.lets) {
    if (one.expr.type.scalar === "bool") places.push({ expr: one.expr, on: null, what: `the let \`${one.name}\`` });
  }
  for (const signal of policy.signals) {
    if (signal.where !== null)
      places.push({ expr: signal.where, on: signal.on, what: `the signal \`${signal.name}\`` });
  }
  for (const score of policy.scores) {
    for (const term of score.terms)
      places.push({ expr: term.when, on: null, what: `a term of the score \`${score.name}\`` });
  }
  for (const limit of policy.limits) {
    if (limit.when !== null) places.push({ expr: limit.when, on: limit.on, what: `the limit \`${limit.name}\`` });
  }
  for (const rule of policy.rules) {
    if (rule.when !== null) places.push({ expr: rule.when, on: rule.on, what: `the rule \`${rule.name}\`` });
  }
  return places;
}

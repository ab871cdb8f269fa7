/** Rules that never decide and limits that are never asked, because a stricter rule holds whenever they would. */
import { VERDICTS } from "../../engine/index.ts";
import type { Limit, Policy, Rule } from "../../engine/index.ts";
import type { Report } from "../check/report.ts";
import { LINTS } from "../codes/lints.ts";
import type { LintInput } from "./input.ts";
import { certainRules, takesEffect } from "./places.ts";
import type { Goal, Solver } from "./satisfiable.ts";

/** Where a rule or limit applies. */
export type Reach = Pick<Rule | Limit, "on" | "when">;

/** Warns at each rule that another covers, and at each limit that no request reaches. */
export function lintCovered({
  policy,
  solver,
  budget,
  report,
}: Pick<LintInput, "policy" | "solver" | "budget" | "report">): void {
  const refusing = refusingRules(policy);
  const stricter = stricterThan(refusing);
  for (const rule of policy.rules) {
    if (budget.exhausted) return;
    if (!isPlain(rule)) continue;
    const others = stricter(rule);
    // Those that are not stricter are told apart at once, and take a step each all the same.
    budget.spend(refusing.length - others.length);
    const cover = others.find((one) => budget.spend() && holdsWherever(one, rule, solver));
    if (cover !== undefined) reportRule(rule, cover, report);
  }
  for (const limit of policy.limits) {
    if (budget.exhausted) return;
    if (limit.rollout.mode === "off") continue;
    const cover = refusing.find((one) => budget.spend() && holdsWherever(one, limit, solver));
    if (cover !== undefined) reportLimit(limit, cover, report);
    else if (neverAllowed(limit, policy, solver)) reportNotAllowed(limit, report);
  }
}

/** Rules that certainly block or throttle. A challenge can be passed, so it covers nothing. */
export function refusingRules(policy: Policy): readonly Rule[] {
  return [...certainRules(policy)].filter(({ action }) => action.kind === "block" || action.kind === "throttle");
}

/** Whether all that a rule does is to add its verdict. Labels, exemptions and bans have effects of their own. */
export function isPlain(rule: Rule): boolean {
  const { action } = rule;
  if (rule.rollout.mode !== "on" || action.kind === "exempt" || action.kind === "note") return false;
  return action.kind !== "block" || action.ban === null;
}

/** Of some rules, those whose verdict goes before another rule's. */
function stricterThan(rules: readonly Rule[]): (rule: Rule) => readonly Rule[] {
  const known = new Map<number, readonly Rule[]>();
  return (rule) => {
    const rank = rankOf(rule);
    const stricter = known.get(rank) ?? rules.filter((one) => rankOf(one) > rank);
    known.set(rank, stricter);
    return stricter;
  };
}

const RANKS: ReadonlyMap<string, number> = new Map(VERDICTS.map((verdict, rank) => [verdict, rank]));

function rankOf({ action }: Rule): number {
  return RANKS.get(action.kind) ?? -1;
}

/** Whether a rule is proven to hold for every request that something applies to. */
export function holdsWherever(cover: Rule, reach: Reach, solver: Solver): boolean {
  if (!isWithin(reach.on, cover.on)) return false;
  if (cover.when === null) return true;
  const goals: Goal[] = [{ expr: cover.when, holds: false }];
  if (reach.when !== null) goals.push({ expr: reach.when, holds: true });
  return !solver.canHold(goals, reach.on);
}

function isWithin(inner: Reach["on"], outer: Reach["on"]): boolean {
  return outer === null || (inner?.every((route) => outer.includes(route)) ?? false);
}

/** With `default block`: whether no rule can allow a request that the limit applies to. */
function neverAllowed(limit: Limit, policy: Policy, solver: Solver): boolean {
  if (policy.settings.default !== "block") return false;
  return !policy.rules.some((rule) => {
    return rule.action.kind === "allow" && takesEffect(rule.rollout) && canMeet(rule, limit, solver);
  });
}

/** Whether one request may meet both. */
export function canMeet(one: Reach, other: Reach, solver: Solver): boolean {
  const on = one.on === null ? other.on : (other.on?.filter((route) => one.on?.includes(route)) ?? one.on);
  if (on?.length === 0) return false;
  const conditions = [one.when, other.when].filter((when) => when !== null);
  return solver.canHold(
    conditions.map((expr) => ({ expr, holds: true })),
    on,
  );
}

function reportRule(rule: Rule, cover: Rule, report: Report): void {
  const message = `the rule \`${rule.name}\` never decides: whenever it holds, the stricter rule \`${cover.name}\` holds too`;
  report.warning(LINTS.covered, rule.span, message, {
    help: `take it out, or narrow \`${cover.name}\``,
    notes: [{ message: `\`${cover.name}\` is declared here`, span: cover.span }],
  });
}

function reportLimit(limit: Limit, cover: Rule, report: Report): void {
  const message = `the limit \`${limit.name}\` is never asked: the rule \`${cover.name}\` refuses every request it applies to`;
  report.warning(LINTS.unreachedLimit, limit.span, message, {
    help: `take it out, or narrow \`${cover.name}\``,
    notes: [{ message: `\`${cover.name}\` is declared here`, span: cover.span }],
  });
}

function reportNotAllowed(limit: Limit, report: Report): void {
  const message = `the limit \`${limit.name}\` is never asked: no rule allows a request it applies to`;
  report.warning(LINTS.unreachedLimit, limit.span, message, {
    help: "take it out, or add a rule that allows such requests",
  });
}

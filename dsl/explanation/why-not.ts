/** Why a rule or limit did not take effect, in a few lines. */
import type { ExplainedExpr, ExplainedRule, Explanation } from "../../engine/index.ts";
import type { SourceFile } from "../source.ts";
import { conditionRows, type Row } from "./conditions.ts";
import { layOut } from "./lay-out.ts";
import { limitRows, ruleRows } from "./render.ts";

/** What became of one declaration, for people; null where the policy has no rule or limit of that name. */
export function renderWhyNot(explanation: Explanation, name: string, sources: readonly SourceFile[]): string | null {
  const rule = explanation.rules.find((each) => each.name === name);
  const limit = explanation.limits.find((each) => each.name === name);
  if (rule !== undefined) return layOut([...ruleRows(rule, sources), ...failingRows(rule, sources)]);
  return limit === undefined ? null : layOut(limitRows(limit, explanation, sources));
}

/** Whether what keeps a rule from matching, or a limit from refusing, is made of earlier requests too: signals, scores, what was used before. */
export function dependsOnHistory(explanation: Explanation, name: string): boolean {
  const rule = explanation.rules.find((each) => each.name === name);
  if (rule === undefined) return explanation.limits.some((limit) => limit.name === name && limit.onRoute);
  return rule.onRoute && rule.when !== null && failingConditions(rule.when).some(readsHistory);
}

const HISTORY: ReadonlySet<ExplainedExpr["kind"]> = new Set(["signal", "score", "used"] as const);

function readsHistory(condition: ExplainedExpr): boolean {
  let reads = false;
  eachPart(condition, ({ kind, parts }) => {
    reads ||= HISTORY.has(kind);
    return parts;
  });
  return reads;
}

/** Every condition that keeps the rule from matching; the whole tree stands above. */
function failingRows({ when, onRoute }: ExplainedRule, sources: readonly SourceFile[]): readonly Row[] {
  const failing = when === null || !onRoute ? [] : failingConditions(when);
  if (failing.length === 0 || failing[0] === when) return [];
  const rows = failing.flatMap((each) => conditionRows(each, sources).slice(0, 1));
  return [{ text: "it would match but for", place: "" }, ...rows.map((row) => ({ ...row, text: `     ${row.text}` }))];
}

/**
 * The parts of a condition that have to change for it to hold, each once: of `and` those that fail, of `or` all, each taken apart
 * likewise.
 */
function failingConditions(condition: ExplainedExpr): readonly ExplainedExpr[] {
  const failing: ExplainedExpr[] = [];
  eachPart(condition, (part) => {
    const { kind, value, parts } = part;
    if (value === true) return [];
    if (kind === "let" || kind === "and" || kind === "or") return parts;
    failing.push(part);
    return [];
  });
  return failing;
}

/** Visits a condition, and then what it is told to go on with; lets share what they stand for, and each is visited once. */
function eachPart(condition: ExplainedExpr, visit: (part: ExplainedExpr) => readonly ExplainedExpr[]): void {
  const seen = new Set<ExplainedExpr>();
  const go = (part: ExplainedExpr): void => {
    if (seen.has(part)) return;
    seen.add(part);
    for (const inner of visit(part)) go(inner);
  };
  go(condition);
}

/** Scores: sums of the points of the terms that hold. */
import type { Limit, Score } from "../../engine/index.ts";
import type { AstScore } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { type CheckContext, EVERYWHERE, siteOn } from "./context.ts";
import { CHECKER } from "./expressions.ts";
import { checkLevel, IN_SCORES, type Reading, readingsOf, reportReading } from "./levels.ts";

const MAX_POINTS = 1_000_000;

/** Checks one score; null where something is wrong with it. */
export function checkScore(ast: AstScore, context: CheckContext): Score | null {
  const place = `the score \`${ast.name.text}\``;
  const terms = ast.terms.map((term) => {
    const { expr } = CHECKER.condition(term.when, siteOn(context, EVERYWHERE));
    if (expr === null || !checkLevel(expr, IN_SCORES, place, context) || !inRange(term, context)) return null;
    return { points: term.points, when: expr, span: term.span };
  });
  if (terms.includes(null)) return null;
  return { name: ast.name.text, doc: ast.doc, span: ast.span, terms: terms.filter((term) => term !== null) };
}

/** Reports `used(limit)` in a score where the limit's key reads a score, which may be the one that is being summed. */
export function checkUsed(
  scores: readonly (Score | null)[],
  limits: readonly (Limit | null)[],
  context: CheckContext,
): void {
  const byKey = new Map(
    limits.map((limit) => [`used(${limit?.name})`, limit === null ? [] : scoresOfKey(limit, context)]),
  );
  for (const score of scores) {
    for (const used of score?.terms.flatMap(({ when }) => readingsOf(when, context)) ?? []) {
      if (used.kind !== "used") continue;
      for (const inner of byKey.get(used.name) ?? []) {
        const through = [...used.through, used.name, ...inner.through];
        reportReading({ ...inner, through, span: used.span }, `the score \`${score?.name}\``, context);
      }
    }
  }
}

function scoresOfKey({ keys }: Limit, context: CheckContext): readonly Reading[] {
  const readings = keys.flatMap(({ options }) => options).flatMap((option) => readingsOf(option, context));
  return readings.filter(({ kind }) => kind === "score");
}

function inRange(term: AstScore["terms"][number], context: CheckContext): boolean {
  if (Math.abs(term.points) <= MAX_POINTS) return true;
  context.report.error(SEMANTICS.outOfRange, term.span, `a term is worth at most ${MAX_POINTS} points`, {
    help: "a score ends at 1,000 anyway",
  });
  return false;
}

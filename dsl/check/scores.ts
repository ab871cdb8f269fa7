/** Scores: sums of the points of the terms that hold. */
import type { Score } from "../../engine/index.ts";
import type { AstScore } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { type CheckContext, EVERYWHERE, siteOn } from "./context.ts";
import { CHECKER } from "./expressions.ts";
import { checkLevel, IN_SCORES } from "./levels.ts";

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

function inRange(term: AstScore["terms"][number], context: CheckContext): boolean {
  if (Math.abs(term.points) <= MAX_POINTS) return true;
  context.report.error(SEMANTICS.outOfRange, term.span, `a term is worth at most ${MAX_POINTS} points`, {
    help: "a score ends at 1,000 anyway",
  });
  return false;
}

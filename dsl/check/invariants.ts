/** `invariant` declarations: what must hold of every decision. They are checked here; `edgepolicy prove` tries to refute them. */
import { VERDICTS } from "../../engine/index.ts";
import type { AstInvariant } from "../ast.ts";
import type { Invariant } from "../invariant.ts";
import { type CheckContext, resolveOn, siteOn } from "./context.ts";
import { CHECKER } from "./expressions.ts";
import { checkLevel, IN_RULES } from "./levels.ts";
import { readWord } from "./words.ts";

/** Checks names, types and levels of all invariants. One with anything wrong is null. */
export function checkInvariants(
  declarations: readonly AstInvariant[],
  context: CheckContext,
): readonly (Invariant | null)[] {
  return declarations.map((ast) => checkInvariant(ast, context));
}

function checkInvariant(ast: AstInvariant, context: CheckContext): Invariant | null {
  const { report } = context;
  const name = ast.text.value;
  const on = resolveOn(context, ast.on);
  const when = ast.when === null ? null : CHECKER.condition(ast.when, siteOn(context, on)).expr;
  const fits = ast.when === null || (when !== null && checkLevel(when, IN_RULES, `the invariant \`${name}\``, context));
  const verdict = readWord(ast.verdict, VERDICTS, "verdict", report);
  if (!fits || verdict === null) return null;
  return { name, doc: ast.doc, span: ast.span, on: on.indices, when, bound: ast.bound, verdict };
}

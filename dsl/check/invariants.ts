/** `invariant` declarations: what must hold of every decision. They are checked here; nothing proves them yet. */
import { VERDICTS } from "../../engine/index.ts";
import type { AstInvariant } from "../ast.ts";
import { NOT_BUILT } from "../codes/not-built.ts";
import { type CheckContext, resolveOn, siteOn } from "./context.ts";
import { CHECKER } from "./expressions.ts";
import { checkLevel, IN_RULES } from "./levels.ts";
import { readWord } from "./words.ts";

/** Checks all invariants, and says that they are not proven. */
export function checkInvariants(declarations: readonly AstInvariant[], context: CheckContext): void {
  for (const ast of declarations) checkInvariant(ast, context);
}

function checkInvariant(ast: AstInvariant, context: CheckContext): void {
  const { report } = context;
  const text = ast.text.value;
  const site = siteOn(context, resolveOn(context, ast.on));
  const when = ast.when === null ? null : CHECKER.condition(ast.when, site).expr;
  if (when !== null) checkLevel(when, IN_RULES, `the invariant \`${text}\``, context);
  readWord(ast.verdict, VERDICTS, "verdict", report);
  report.warning(NOT_BUILT.invariant, ast.text.span, `\`invariant "${text}"\` is not proven by this version yet`, {
    help: "it is checked; tests of the same requests show that it holds for them",
  });
}

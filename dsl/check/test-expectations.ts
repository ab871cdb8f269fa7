/** What a step of a test expects: a verdict, and what can go with it. */
import { VERDICTS } from "../../engine/index.ts";
import type { Verdict } from "../../engine/index.ts";
import type { AstExpectation, Name } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { TestExpectation } from "../test-block.ts";
import type { CheckContext } from "./context.ts";
import { readCount } from "./quantities.ts";
import { expectName, type SymbolKind } from "./scope.ts";
import { readWord } from "./words.ts";

const MAX_SCORE = 1_000;

/**
 * Checks one expectation; null where something is wrong with it.
 *
 * @param reloaded - Whether another policy may be in force by then, whose names are not known here.
 */
export function checkTestExpectation(
  ast: AstExpectation,
  reloaded: boolean,
  context: CheckContext,
): TestExpectation | null {
  const { report, scope } = context;
  const isNamed = (name: Name | null, kinds: readonly SymbolKind[]): boolean =>
    name === null ||
    (reloaded && scope.find(name.text) === undefined) ||
    expectName(scope, report, name, kinds, kinds.join(" or ")) !== null;
  const verdict = readWord(ast.verdict, VERDICTS, "verdict", report);
  const status = ast.status === null ? null : readCount(ast.status, 200, 599, "a status", report);
  const score = ast.score === null ? null : readCount(ast.score.value, 0, MAX_SCORE, "a score", report);
  const fits = [
    isNamed(ast.by, ["rule", "limit"]),
    isNamed(ast.shadow, ["rule", "limit"]),
    isNamed(ast.score?.name ?? null, ["score"]),
    ast.status === null || status !== null,
    ast.score === null || score !== null,
    verdict !== null && canBe(ast, verdict, context),
  ];
  if (verdict === null || fits.includes(false)) return null;
  return {
    verdict,
    by: ast.by?.text ?? null,
    afterMicros: ast.after?.value ?? null,
    status,
    shadow: ast.shadow?.text ?? null,
    delayMicros: ast.delay?.value ?? null,
    score: ast.score === null || score === null ? null : { name: ast.score.name.text, value: score },
    span: ast.span,
  };
}

/** Whether a decision can be what is expected; each thing that goes with no such verdict is reported. */
function canBe(ast: AstExpectation, verdict: Verdict, { report }: CheckContext): boolean {
  const wrong = (span: AstExpectation["span"], message: string, help: string): false => {
    report.error(SEMANTICS.testExpectation, span, message, { help });
    return false;
  };
  const passes = verdict === "allow" || verdict === "slow";
  if (ast.delay !== null && verdict !== "slow" && ast.delay.value !== 0)
    return wrong(ast.delay.span, `\`${verdict}\` delays nothing`, "expect `slow … delay`, or leave `delay` out");
  if (ast.after !== null && passes && ast.after.value !== 0)
    return wrong(ast.after.span, `\`${verdict}\` has no retry`, "leave `after` out: only a refusal says when to retry");
  if (ast.by !== null && verdict === "allow")
    return wrong(ast.by.span, "`allow` is decided by no one name", "leave `by` out: any rule that allows will do");
  if (ast.status === null) return true;
  const status = ast.status.value;
  const answers = { allow: [200], slow: [200], challenge: [401], throttle: [429], block: null }[verdict];
  if (answers === null ? (status >= 400 && status <= 499) || status === 503 : answers.includes(status)) return true;
  const usual = answers === null ? "a status from 400 to 499, or 503" : `${answers[0] ?? ""}`;
  return wrong(ast.status.span, `\`${verdict}\` does not answer ${status}`, `it answers ${usual}`);
}

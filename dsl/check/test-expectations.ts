/** What a step of a test expects: a verdict, and what can go with it. */
import { VERDICTS } from "../../engine/index.ts";
import type { Verdict } from "../../engine/index.ts";
import type { AstExpectation, Name, Quantity } from "../ast.ts";
import { LINTS } from "../codes/lints.ts";
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
  ];
  if (verdict === null || fits.includes(false)) return null;
  lintExpectation(ast, verdict, context);
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

/** Warns of the first thing that goes with no such verdict: the test will fail. */
function lintExpectation(ast: AstExpectation, verdict: Verdict, { report }: CheckContext): void {
  const impossible = impossibleIn(ast, verdict);
  if (impossible === null) return;
  const { span, message, help } = impossible;
  report.warning(LINTS.testExpectation, span, message, { help });
}

interface Impossible {
  readonly span: AstExpectation["span"];
  readonly message: string;
  readonly help: string;
}

function impossibleIn({ delay, after, by, status }: AstExpectation, verdict: Verdict): Impossible | null {
  const passes = verdict === "allow" || verdict === "slow";
  if (delay !== null && verdict !== "slow" && delay.value !== 0)
    return {
      span: delay.span,
      message: `\`${verdict}\` delays nothing`,
      help: "expect `slow … delay`, or leave `delay` out",
    };
  if (after !== null && passes && after.value !== 0)
    return {
      span: after.span,
      message: `\`${verdict}\` has no retry`,
      help: "leave `after` out: only a refusal says when to retry",
    };
  if (by !== null && verdict === "allow")
    return {
      span: by.span,
      message: "`allow` is decided by no one name",
      help: "leave `by` out: any rule that allows will do",
    };
  return status === null ? null : impossibleStatus(status, verdict);
}

const ANSWERS = { allow: 200, slow: 200, challenge: 401, throttle: 429, block: null } as const;

function impossibleStatus({ value: status, span }: Quantity, verdict: Verdict): Impossible | null {
  const usual = ANSWERS[verdict];
  const isPossible = usual === null ? (status >= 400 && status <= 499) || status === 503 : status === usual;
  if (isPossible) return null;
  const help = `it answers ${usual ?? "a status from 400 to 499, or 503"}`;
  return { span, message: `\`${verdict}\` does not answer ${status}`, help };
}

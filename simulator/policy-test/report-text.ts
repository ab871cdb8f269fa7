/** What became of tests, for people: a line each, then every failure with what would explain it. */
import { decisionText, lineOf, renderExcerpt, renderWhyNot, type TestExpectation } from "../../dsl/index.ts";
import { type Explanation, type Policy, type Rule, type Verdict, VERDICTS } from "../../engine/index.ts";
import { formatDuration, formatTable, type Paint, plural } from "../report/format.ts";
import type { TestFailure, TestProblem, TestResult } from "./result.ts";
import type { SuiteResult } from "./run-tests.ts";

/** The tests of a suite, one a line, and after them its failures. */
export function renderSuite({ suite, tests }: SuiteResult, paint: Paint): string {
  const rows = tests.map(({ test, passed, requests }) => [
    passed ? "  ok  " : "  FAIL",
    test.name,
    plural(requests, "request"),
  ]);
  const lines = formatTable(rows, "lll").map((line, index) => {
    const mark = line.slice(0, 6);
    return `${tests[index]?.passed === true ? paint.good(mark) : paint.bad(mark)}${line.slice(6)}\n`;
  });
  const failures = tests.flatMap((result) =>
    result.failures.map((failure) => renderFailure(suite, result, failure, paint)),
  );
  return `${suite.file}\n${lines.join("")}${failures.map((text) => `\n${text}`).join("")}`;
}

/** `3 tests: 2 passed, 1 failed`. */
export function summaryOf(suites: readonly SuiteResult[]): string {
  const results = suites.flatMap(({ tests }) => tests);
  const passed = results.filter((each) => each.passed).length;
  const requests = results.reduce((sum, each) => sum + each.requests, 0);
  return `${plural(results.length, "test")}: ${passed} passed, ${results.length - passed} failed; ${plural(requests, "request")} on both engines\n`;
}

/** One failure: the step, what was expected, what decided, and why what was expected did not come. */
export function renderFailure(
  { sources, file }: SuiteResult["suite"],
  { test }: TestResult,
  { step, atMicros, repetition, problem }: TestFailure,
  paint: Paint,
): string {
  const expects = problem.kind === "expectation" && step.kind === "request" ? step.expect : null;
  const span = expects?.span ?? step.span;
  const which =
    step.kind === "request" && step.repeat !== null ? `, repetition ${repetition} of ${step.repeat.times}` : "";
  const title = `${paint.bad("FAIL")} ${paint.bold(test.name)}: ${file}:${lineOf(step.span, sources)}, at ${formatDuration(atMicros)}${which}\n`;
  return `${title}${renderExcerpt(span, sources)}${problemText(problem, expects)}`;
}

function problemText(problem: TestProblem, expects: TestExpectation | null): string {
  switch (problem.kind) {
    case "engines_differ":
      return `  the engines differ in ${problem.of}: this is a fault in edgepolicy, please report it
  compiled:  ${problem.compiled}
  reference: ${problem.reference}
`;
    case "reload":
      return `  \`${problem.path}\` is no policy that can be put in force: ${problem.message}\n`;
    case "expectation":
      return `${expectationText(problem)}${expects === null ? "" : explanationText(problem, expects)}`;
  }
}

function expectationText({ mismatches, request, more }: TestProblem & { readonly kind: "expectation" }): string {
  const rows = mismatches.map(({ what, expected, got }) => [`  ${what}`, `expected ${expected},`, `got ${got}`]);
  const times = more === 0 ? "" : `  ${plural(more, "later repetition")} failed too\n`;
  const who = request.client === null ? "" : ` as ${request.client}`;
  return `  ${request.method} ${request.path} from ${request.ip}${who}\n${formatTable(rows, "lll").join("\n")}\n${times}`;
}

/** What decided, and the conditions of the rules and limits that the expectation is about. */
function explanationText(
  { explanation, policy, sources }: TestProblem & { readonly kind: "expectation" },
  expects: TestExpectation,
): string {
  const names = concernedBy(expects, explanation, policy);
  const why = names.map((name) => renderWhyNot(explanation, name, sources) ?? "").join("");
  return `  decided: ${decisionText(explanation.decision)}\n${why}`;
}

/** Rules and limits that are shown for one failure. */
const MOST_SHOWN = 3;

/** What would have had to do something else: those named, those that could have given the verdict, or those that gave another. */
function concernedBy(expects: TestExpectation, explanation: Explanation, policy: Policy): readonly string[] {
  const named = [expects.by, expects.shadow].filter((name) => name !== null);
  const { by, reason, verdict } = explanation.decision;
  const decider = by === null ? [] : [by];
  if (named.length > 0) return [...new Set([...named, ...decider])];
  if (verdict === expects.verdict || rank(verdict) > rank(expects.verdict))
    return reason === "no_rule_allows" ? rulesGiving("allow", explanation, policy) : decider;
  return [...rulesGiving(expects.verdict, explanation, policy), ...limitsGiving(expects.verdict, explanation, policy)];
}

function rank(verdict: Verdict): number {
  return VERDICTS.indexOf(verdict);
}

/** Rules for this route that would give a verdict. */
function rulesGiving(verdict: Verdict, { rules }: Explanation, policy: Policy): readonly string[] {
  const giving = rules.filter(
    ({ onRoute, mode }, index) => onRoute && mode !== "off" && gives(policy.rules[index], verdict),
  );
  return giving.slice(0, MOST_SHOWN).map(({ name }) => name);
}

function gives(rule: Rule | undefined, verdict: Verdict): boolean {
  return rule?.action.kind === verdict;
}

function limitsGiving(verdict: Verdict, { limits }: Explanation, policy: Policy): readonly string[] {
  const giving = limits.filter(({ onRoute, mode }, index) => {
    const refusal = policy.limits[index]?.otherwise.kind;
    return onRoute && mode !== "off" && (refusal === verdict || (refusal === "slow" && verdict === "throttle"));
  });
  return giving.slice(0, MOST_SHOWN).map(({ name }) => name);
}

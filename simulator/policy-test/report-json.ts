/** What became of tests, for programs. */
import { lineOf, type SourceFile } from "../../dsl/index.ts";
import type { Decision } from "../../engine/index.ts";
import { type CoverageJson, coverageJson } from "./report-coverage.ts";
import type { Mismatch } from "./judge.ts";
import type { TestFailure, TestProblem } from "./result.ts";
import type { SuiteResult } from "./run-tests.ts";

/** What `test --format json` prints. */
export interface TestsJson {
  readonly passed: number;
  readonly failed: number;
  readonly tests: readonly TestJson[];
  /** One for each file, where it was asked for. */
  readonly coverage?: readonly CoverageJson[];
}

export interface TestJson {
  readonly file: string;
  readonly name: string;
  /** From 1. */
  readonly line: number;
  readonly passed: boolean;
  readonly requests: number;
  readonly failures: readonly FailureJson[];
}

export interface FailureJson {
  /** Line of the step. */
  readonly line: number;
  /** Seconds from the start of the test. */
  readonly at: number;
  readonly repetition: number;
  readonly kind: TestProblem["kind"];
  readonly message: string;
  readonly mismatches: readonly Mismatch[];
  /** What was decided, where that is what failed. */
  readonly decision: Decision | null;
}

/** The results of several suites as one. */
export function testsJson(suites: readonly SuiteResult[]): TestsJson {
  const tests = suites.flatMap(({ suite: { file, sources }, tests: results }) =>
    results.map(({ test, passed, requests, failures }) => ({
      file,
      name: test.name,
      line: lineOf(test.span, sources),
      passed,
      requests,
      failures: failures.map((failure) => failureJson(failure, sources)),
    })),
  );
  const passed = tests.filter((each) => each.passed).length;
  const coverage = suites.flatMap(({ suite, coverage: each }) => (each === null ? [] : [coverageJson(suite, each)]));
  return { passed, failed: tests.length - passed, tests, ...(coverage.length === 0 ? {} : { coverage }) };
}

function failureJson(
  { step, atMicros, repetition, problem }: TestFailure,
  sources: readonly SourceFile[],
): FailureJson {
  const expectation = problem.kind === "expectation" ? problem : null;
  return {
    line: lineOf(step.span, sources),
    at: atMicros / 1e6,
    repetition,
    kind: problem.kind,
    message: problemMessage(problem),
    mismatches: expectation?.mismatches ?? [],
    decision: expectation?.explanation.decision ?? null,
  };
}

/** A problem in one sentence. */
export function problemMessage(problem: TestProblem): string {
  switch (problem.kind) {
    case "expectation":
      return problem.mismatches
        .map(({ what, expected, got }) => `${what}: expected ${expected}, got ${got}`)
        .join("; ");
    case "engines_differ":
      return `the engines differ in ${problem.of}`;
    case "reload":
      return `\`${problem.path}\`: ${problem.message}`;
  }
}

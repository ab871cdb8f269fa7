/** What became of tests as JUnit XML: a suite for each file, a case for each test. */
import { type JunitCase, junitDocument } from "../report/junit-xml.ts";
import { paintFor } from "../report/format.ts";
import { problemMessage } from "./report-json.ts";
import { renderFailure } from "./report-text.ts";
import type { TestResult } from "./result.ts";
import type { SuiteResult } from "./run-tests.ts";

/** A whole document. */
export function junitXml(suites: readonly SuiteResult[]): string {
  return junitDocument(
    suites.map((result) => ({ name: result.suite.file, cases: result.tests.map((each) => caseOf(result, each)) })),
  );
}

function caseOf({ suite }: SuiteResult, result: TestResult): JunitCase {
  const failures = result.passed ? [] : result.failures;
  return {
    name: result.test.name,
    assertions: result.expectations,
    failures: failures.map((failure) => ({
      type: failure.problem.kind,
      message: problemMessage(failure.problem),
      text: renderFailure(suite, result, failure, paintFor(false)),
    })),
  };
}

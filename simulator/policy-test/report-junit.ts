/** What became of tests as JUnit XML, which continuous integration reads. */
import { paintFor } from "../report-format.ts";
import { problemMessage } from "./report-json.ts";
import { renderFailure } from "./report-text.ts";
import type { TestResult } from "./result.ts";
import type { SuiteResult } from "./run-tests.ts";

/** A whole document: a suite for each file, a case for each test. Nothing in it depends on when or how fast it ran. */
export function junitXml(suites: readonly SuiteResult[]): string {
  const [tests, failures] = [suites, suites.map(failing)].map((each) =>
    each.reduce((sum, { tests: { length } }) => sum + length, 0),
  );
  const inner = suites.map(suiteXml).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="edgepolicy" tests="${tests}" failures="${failures}" errors="0">\n${inner}</testsuites>\n`;
}

function failing({ tests, ...rest }: SuiteResult): SuiteResult {
  return { ...rest, tests: tests.filter(({ passed }) => !passed) };
}

function suiteXml(result: SuiteResult): string {
  const { suite, tests } = result;
  const cases = tests.map((each) => caseXml(result, each)).join("");
  const counts = `tests="${tests.length}" failures="${failing(result).tests.length}" errors="0" skipped="0"`;
  return `  <testsuite name="${attribute(suite.file)}" ${counts}>\n${cases}  </testsuite>\n`;
}

function caseXml({ suite }: SuiteResult, result: TestResult): string {
  const { test, passed, failures } = result;
  const head = `    <testcase name="${attribute(test.name)}" classname="${attribute(suite.file)}" assertions="${result.expectations}"`;
  if (passed) return `${head}/>\n`;
  const inner = failures.map((failure) => {
    const { problem } = failure;
    const message = attribute(problemMessage(problem));
    const text = renderFailure(suite, result, failure, paintFor(false));
    return `      <failure type="${problem.kind}" message="${message}">${escape(text)}</failure>\n`;
  });
  return `${head}>\n${inner.join("")}    </testcase>\n`;
}

/** Text of an attribute: line ends and tabs would be read as spaces. */
function attribute(text: string): string {
  return escape(text).replaceAll("\n", "&#10;").replaceAll("\r", "&#13;").replaceAll("\t", "&#9;");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** XML 1.0 has no way to write control characters and lone surrogates; they are shown as U+FFFD. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\u{FFFD}")
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

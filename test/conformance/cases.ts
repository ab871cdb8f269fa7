/** The conformance cases as data, and how an answer is judged. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Part of a decision that a case asks for; what it does not name is not judged. */
export interface ExpectedDecision {
  readonly delay?: number;
  readonly retryAfter?: number;
  readonly matched?: readonly string[];
  readonly shadow?: readonly string[];
  readonly scores?: Readonly<Record<string, number>>;
  readonly limits?: readonly Readonly<Record<string, unknown>>[];
  readonly [member: string]: unknown;
}

export interface ExpectedProblem {
  readonly line: number;
  readonly mentions: readonly string[];
}

export interface Case {
  readonly name: string;
  readonly about: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly requests?: readonly (Readonly<Record<string, unknown>> & { readonly expect?: ExpectedDecision })[];
  readonly check?: {
    readonly ok: boolean;
    readonly errors?: readonly ExpectedProblem[];
    readonly warnings?: readonly ExpectedProblem[];
  };
  readonly test?: { readonly passed: number; readonly failed: number };
  readonly format?: { readonly same: readonly string[]; readonly comments?: boolean };
}

/** A file of cases. */
export interface CaseFile {
  readonly file: string;
  readonly cases: readonly Case[];
}

/** What `check --format json` says of one problem, as far as cases judge it. */
export interface ReportedProblem {
  readonly severity: string;
  readonly file: string;
  readonly line: number;
  readonly message: string;
  readonly help: string;
}

const FOLDER = import.meta.dirname;
const EXPECTED_FAILURES = "expected-failures.json";

/** Every file of cases in a folder, without one those beside this file. */
export function loadCaseFiles(folder: string = FOLDER): CaseFile[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(".json") && name !== EXPECTED_FAILURES);
  return files.sort().map((file) => ({ file, cases: JSON.parse(readFileSync(join(folder, file), "utf8")) as Case[] }));
}

/** Names of the cases that this version does not pass, with the reason. The list can only shrink. */
export function loadExpectedFailures(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(join(FOLDER, EXPECTED_FAILURES), "utf8")) as Record<string, string>;
}

const TOLERANCE_SECONDS = 1e-6;

function isClose(expected: unknown, actual: unknown): boolean {
  return Math.abs(Number(expected) - Number(actual)) <= TOLERANCE_SECONDS + Number.EPSILON * 1e6;
}

function same(expected: unknown, actual: unknown): boolean {
  return JSON.stringify(expected) === JSON.stringify(actual);
}

type Members = Readonly<Record<string, unknown>>;

/** Whether some reading has every member that the case names. */
function limitsAgree(expected: readonly Members[], actual: readonly Members[]): boolean {
  return expected.every((entry) =>
    actual.some((reading) => Object.entries(entry).every(([name, value]) => same(value, reading[name]))),
  );
}

function memberAgrees(name: string, expected: unknown, actual: unknown): boolean {
  switch (name) {
    case "delay":
    case "retryAfter":
      return isClose(expected, actual);
    case "scores":
      return Object.entries(expected as Members).every(([score, value]) => same(value, (actual as Members)[score]));
    case "limits":
      return limitsAgree(expected as readonly Members[], actual as readonly Members[]);
    default:
      return same(expected, actual);
  }
}

/** What of an expected decision an actual one does not have, one line for each member. */
export function judgeDecision(line: number, expected: ExpectedDecision, actual: Members): string[] {
  return Object.entries(expected)
    .filter(([name, value]) => !memberAgrees(name, value, actual[name]))
    .map(
      ([name, value]) => `request ${line}: ${name} is ${JSON.stringify(actual[name])}, not ${JSON.stringify(value)}`,
    );
}

function isMet(expected: ExpectedProblem, problems: readonly ReportedProblem[]): boolean {
  return problems.some(({ file, line, message, help }) => {
    const text = `${message} ${help}`.toLowerCase();
    return (
      /(^|\/)policy\.edgepolicy$/.test(file) &&
      line === expected.line &&
      expected.mentions.every((each) => text.includes(each.toLowerCase()))
    );
  });
}

function unmet(severity: string, expected: readonly ExpectedProblem[], problems: readonly ReportedProblem[]): string[] {
  const reported = problems.filter((each) => each.severity === severity);
  return expected
    .filter((each) => !isMet(each, reported))
    .map((each) => `no ${severity} on line ${each.line} mentions ${JSON.stringify(each.mentions)}`);
}

/** What a check should have said and did not. */
export function judgeCheck(expected: NonNullable<Case["check"]>, problems: readonly ReportedProblem[]): string[] {
  const errors = problems.filter(({ severity }) => severity === "error");
  const wrong = [
    ...unmet("error", expected.errors ?? [], problems),
    ...unmet("warning", expected.warnings ?? [], problems),
  ];
  if (expected.ok && errors.length > 0)
    wrong.push(`unexpected errors: ${errors.map(({ message }) => message).join("; ")}`);
  if (!expected.ok && errors.length === 0) wrong.push("there is no error");
  if (wrong.length > 0)
    wrong.push(...problems.map((each) => `  said: ${each.severity} ${each.line}: ${each.message} (${each.help})`));
  return wrong;
}

/** The comments of a policy's text, for the cases in which no string holds two slashes. */
export function commentsOf(text: string): string[] {
  return [...text.matchAll(/\/\/.*$/gm)].map(([comment]) => comment.trimEnd());
}

/** What is wrong with a formatter on these spellings of one text. */
export function judgeFormat(expected: NonNullable<Case["format"]>, format: (text: string) => string | null): string[] {
  const results = expected.same.map(format);
  const [first] = results;
  if (first === undefined || results.includes(null)) return ["a spelling cannot be formatted"];
  const wrong: string[] = [];
  for (const [index, result] of results.entries()) {
    if (result === null) continue;
    if (!expected.comments && result !== first)
      wrong.push(`spelling ${index + 1} becomes ${JSON.stringify(result)}, not ${JSON.stringify(first)}`);
    if (format(result) !== result) wrong.push(`spelling ${index + 1} is not left as it was formatted`);
    const lost = expected.comments
      ? commentsOf(expected.same[index] ?? "").filter((comment) => !result.includes(comment))
      : [];
    wrong.push(...lost.map((comment) => `spelling ${index + 1} lost ${JSON.stringify(comment)}`));
  }
  return wrong;
}

/** What `test --format json` says, as far as cases judge it. */
export interface ReportedTests {
  readonly passed: number;
  readonly failed: number;
  readonly tests: readonly { readonly name: string; readonly failures: readonly { readonly message: string }[] }[];
}

/** What is wrong with how many tests passed. */
export function judgeTests(expected: NonNullable<Case["test"]>, { passed, failed, tests }: ReportedTests): string[] {
  if (passed === expected.passed && failed === expected.failed) return [];
  const said = tests.flatMap(({ name, failures }) => failures.map(({ message }) => `  ${name}: ${message}`));
  return [`${passed} passed and ${failed} failed, not ${expected.passed} and ${expected.failed}`, ...said];
}

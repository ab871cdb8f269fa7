/** The cases through the installed command line, as their README says. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Case,
  judgeCheck,
  judgeDecision,
  judgeFormat,
  judgeTests,
  loadCaseFiles,
  loadExpectedFailures,
  type ReportedProblem,
  type ReportedTests,
} from "../conformance/cases.ts";
import { type Answer, edgepolicy as runProgram } from "./program.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "conformance-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function edgepolicy(args: readonly string[], cwd: string, input = ""): Answer {
  return runProgram(args, { cwd, input });
}

/** The case's files in a folder of their own. */
function writeFiles({ name, files = {} }: Case): string {
  const home = join(folder, name);
  for (const [path, text] of Object.entries({ ...files })) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), text);
  }
  return home;
}

function decide(given: Case): string[] {
  const home = writeFiles(given);
  const requests = given.requests ?? [];
  writeFileSync(
    join(home, "requests.ndjson"),
    requests.map(({ expect: _, ...request }) => JSON.stringify(request)).join("\n"),
  );
  const { status, stdout, stderr } = edgepolicy(
    ["decide", "policy.edgepolicy", "--requests", "requests.ndjson", "--engine", "both"],
    home,
  );
  if (status !== 0) return [`exit ${status}: ${stderr}`];
  const decisions = stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const wrong = requests.flatMap((request, index) =>
    request.expect === undefined ? [] : judgeDecision(index + 1, request.expect, decisions[index] ?? {}),
  );
  return decisions.length === requests.length
    ? wrong
    : [`${decisions.length} decisions of ${requests.length} requests`, ...wrong];
}

function check(given: Case & { readonly check: NonNullable<Case["check"]> }): string[] {
  const { status, stdout, stderr } = edgepolicy(["check", "policy.edgepolicy", "--format", "json"], writeFiles(given));
  const expected = given.check.ok ? 0 : 1;
  if (status !== expected) return [`exit ${status}, not ${expected}: ${stderr}`];
  const report = JSON.parse(stdout) as { ok: boolean; diagnostics: ReportedProblem[] };
  const wrong = report.ok === given.check.ok ? [] : [`ok is ${report.ok}`];
  return [...wrong, ...judgeCheck(given.check, report.diagnostics)];
}

function runTests(given: Case, expected: NonNullable<Case["test"]>): string[] {
  const { status, stdout, stderr } = edgepolicy(["test", "policy.edgepolicy", "--format", "json"], writeFiles(given));
  const exit = expected.failed === 0 ? 0 : 1;
  if (status !== exit) return [`exit ${status}, not ${exit}: ${stderr}`];
  return judgeTests(expected, JSON.parse(stdout) as ReportedTests);
}

function format(text: string): string | null {
  const { status, stdout } = edgepolicy(["fmt", "-"], folder, text);
  return status === 0 ? stdout : null;
}

function run(given: Case): string[] {
  if (given.format !== undefined) return judgeFormat(given.format, format);
  const { check: expected, test: tests } = given;
  if (tests !== undefined) return runTests(given, tests);
  return expected === undefined ? decide(given) : check({ ...given, check: expected });
}

const expectedFailures = loadExpectedFailures();
const files = loadCaseFiles().map(({ file, cases }) => ({
  file,
  cases: cases.filter(({ name }) => expectedFailures[name] === undefined),
}));

describe.each(files.filter(({ cases }) => cases.length > 0))("$file", ({ cases }) => {
  test.each(cases)(
    "$name",
    (given) => {
      expect(run(given)).toEqual([]);
    },
    60_000,
  );
});

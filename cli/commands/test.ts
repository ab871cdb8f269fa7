/** `edgepolicy test`: the tests that stand in policies, on both engines. */
import { writeFileSync } from "node:fs";
import { loadPolicy } from "../../dsl/index.ts";
import {
  junitXml,
  lcovOf,
  paintFor,
  renderCoverage,
  renderSuite,
  runTests,
  type SuiteResult,
  summaryOf,
  testsJson,
} from "../../simulator/index.ts";
import type { Command } from "../command.ts";
import { type CliIo, colorOnStdout } from "../io.ts";
import type { Arguments } from "../options.ts";
import { loadGood } from "../policy-file.ts";
import { CliProblem, EXIT, fileProblem } from "../problem.ts";
import { Progress } from "../progress.ts";

const FORMATS = ["text", "json", "junit"];

export const test: Command = {
  usage: "FILE… [--filter TEXT] [--coverage] [--lcov OUT] [--format text|json|junit]",
  about: `Runs the \`test\` blocks of policies on a virtual clock, each with state of its own, on both engines side by side. A failure
shows the step, what decided instead, and the conditions that explain it. Exits 1 if a test fails.`,
  options: [
    { name: "filter", value: "TEXT", help: "run the tests whose name contains this" },
    { name: "coverage", value: null, help: "tell which rules, conditions and answers of limits no test has tried" },
    { name: "lcov", value: "OUT", help: "write the coverage to this file as an lcov tracefile" },
    { name: "format", value: FORMATS.join("|"), choices: FORMATS, help: "how to print (default text)" },
  ],
  examples: ["test orders.edgepolicy", "test policies/*.edgepolicy --coverage --lcov lcov.info --format junit"],
  run,
};

async function run(args: Arguments, io: CliIo): Promise<number> {
  if (args.positionals.length === 0) throw new CliProblem("FILE is missing");
  const covers = args.has("coverage") || args.has("lcov");
  const results = args.positionals.map((file) => runFile(file, args.text("filter"), covers, io));
  if (args.has("lcov")) writeLcov(args.text("lcov") ?? "", results);
  await io.stdout(printed(results, args, io));
  if (results.every(({ tests }) => tests.length === 0)) io.stderr(hintFor(results, args));
  return results.every(({ tests }) => tests.every(({ passed }) => passed)) ? EXIT.fine : EXIT.no;
}

function runFile(file: string, filter: string | null, coverage: boolean, io: CliIo): SuiteResult {
  const { policy, sources, tests, files } = loadGood(file, io);
  const progress = new Progress(file, tests.length, io);
  try {
    return runTests(
      { file, policy, sources, tests },
      { load: (path) => loadPolicy(path, files), coverage, filter, onTest: (index) => progress.show(index) },
    );
  } finally {
    progress.clear();
  }
}

function writeLcov(path: string, results: readonly SuiteResult[]): void {
  const records = results.map(({ suite, coverage }) => (coverage === null ? "" : lcovOf(suite, coverage)));
  try {
    writeFileSync(path, records.join(""));
  } catch (problem) {
    throw fileProblem(path, problem);
  }
}

function printed(results: readonly SuiteResult[], args: Arguments, io: CliIo): string {
  if (args.json()) return `${JSON.stringify(testsJson(results))}\n`;
  if (args.text("format") === "junit") return junitXml(results);
  const paint = paintFor(colorOnStdout(io));
  const suites = results.map((result) => renderSuite(result, paint)).join("\n");
  const coverage = results.map(({ suite, coverage: each }) =>
    each === null || !args.has("coverage") ? "" : `\n${renderCoverage(suite, each)}`,
  );
  return `${suites}\n${summaryOf(results)}${coverage.join("")}`;
}

function hintFor(results: readonly SuiteResult[], args: Arguments): string {
  const files = results.map(({ suite }) => suite.file).join(", ");
  if (results.some(({ suite }) => suite.tests.length > 0))
    return `no test has \`${args.text("filter") ?? ""}\` in its name\n`;
  return `${files}: no tests\n  write one: test "strangers are refused" { at 0s GET "/" from 203.0.113.9 expect block }\n`;
}

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
import { refuseOverwriting } from "../own-files.ts";
import { loadGood } from "../policy-file.ts";
import { CliProblem, EXIT, writeProblem } from "../problem.ts";
import { Progress } from "../progress.ts";

const FORMATS = ["text", "json", "junit"];
/** Names of tests told where `--filter` fits none. */
const MOST_NAMES = 10;

export const test: Command = {
  usage: "FILE… [--filter TEXT] [--coverage] [--lcov OUT] [--format text|json|junit]",
  about: `Runs the \`test\` blocks of policies on a virtual clock, each with state of its own, on both engines side by side. A failure
shows the step, what decided instead, and the conditions that explain it. Exits 1 if a test fails, and 2 if --filter fits none.`,
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
  const lcov = args.text("lcov");
  const covers = args.has("coverage") || lcov !== null;
  const results = args.positionals.map((file) => runFile(file, args.text("filter"), covers, io));
  const isEmpty = results.every(({ tests }) => tests.length === 0);
  if (isEmpty && args.has("filter")) throw noneFits(args.text("filter") ?? "", results);
  if (lcov !== null) writeLcov(lcov, results);
  await io.stdout(printed(results, args, io));
  if (isEmpty) io.stderr(hintFor(results));
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
  const read = results.flatMap(({ suite }) => [suite.file, ...suite.sources.map((source) => source.path)]);
  refuseOverwriting("--lcov", path, read);
  const records = results.map(({ suite, coverage }) => (coverage === null ? "" : lcovOf(suite, coverage)));
  try {
    writeFileSync(path, records.join(""));
  } catch (problem) {
    throw writeProblem(path, problem);
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

/** A filter that fits nothing is mistyped, or older than the names: a job that runs no test would pass each change. */
function noneFits(filter: string, results: readonly SuiteResult[]): CliProblem {
  const names = results.flatMap(({ suite }) => suite.tests.map(({ name }) => name));
  const shown = names.slice(0, MOST_NAMES).map((name) => `\`${name}\``);
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : "";
  const help = names.length === 0 ? `${filesOf(results)}: no tests` : `names: ${shown.join(", ")}${more}`;
  return new CliProblem(`no test has \`${filter}\` in its name`, help);
}

function hintFor(results: readonly SuiteResult[]): string {
  const files = filesOf(results);
  return `${files}: no tests\n  write one: test "strangers are refused" { at 0s GET "/" from 203.0.113.9 expect block }\n`;
}

function filesOf(results: readonly SuiteResult[]): string {
  return results.map(({ suite }) => suite.file).join(", ");
}

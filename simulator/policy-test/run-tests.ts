/** Runs the tests of one policy file. */
import type { LoadResult, PolicyTest, SourceFile } from "../../dsl/index.ts";
import type { Policy } from "../../engine/index.ts";
import { Coverage } from "./coverage.ts";
import type { TestResult } from "./result.ts";
import { runTest, type TestOptions } from "./run-test.ts";

/** A policy file with its tests. */
export interface TestSuite {
  /** As it was named; shown in reports. */
  readonly file: string;
  readonly policy: Policy;
  readonly sources: readonly SourceFile[];
  readonly tests: readonly PolicyTest[];
}

/** What became of a suite. */
export interface SuiteResult {
  readonly suite: TestSuite;
  readonly tests: readonly TestResult[];
  /** What the tests tried; null where it was not asked for. */
  readonly coverage: Coverage | null;
}

/** How suites are run. */
export interface SuiteOptions extends Omit<TestOptions, "observer"> {
  readonly coverage: boolean;
  /** Runs the tests alone whose name contains this text; null for all. */
  readonly filter: string | null;
  /** Told of each test before it runs, and how many there are. */
  readonly onTest?: (index: number, count: number) => void;
}

/** Runs the tests of a suite in the order of the file. */
export function runTests(suite: TestSuite, options: SuiteOptions): SuiteResult {
  const { filter } = options;
  const coverage = options.coverage ? new Coverage(suite.policy) : null;
  const chosen = suite.tests.filter(({ name }) => filter === null || name.includes(filter));
  const load = loadOnce(options.load);
  const results = chosen.map((test, index) => {
    options.onTest?.(index, chosen.length);
    return runTest(suite, test, { ...options, load, ...(coverage === null ? {} : { observer: coverage }) });
  });
  return { suite, tests: results, coverage };
}

/** Policies that `reload` steps name, each read once. */
function loadOnce(load: TestOptions["load"]): TestOptions["load"] {
  const loaded = new Map<string, LoadResult>();
  return (path) => {
    const result = loaded.get(path) ?? load(path);
    loaded.set(path, result);
    return result;
  };
}

/** Runs one test of a policy, for the lens that editors show on it. */
import { type FileReader, loadPolicy, renderDiagnostics, type TestOutcome } from "../dsl/index.ts";
import { paintFor, renderSuite, runTests } from "../simulator/index.ts";

/** Runs the test of that name. A policy with errors, and a name that is not there, fail. */
export function runOneTest(file: string, name: string, files: FileReader): TestOutcome {
  const { policy, tests, sources, diagnostics } = loadPolicy(file, files);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (policy === null) return { passed: false, text: renderDiagnostics(errors, sources, { color: false }) };
  const named = tests.filter((test) => test.name === name);
  if (named.length === 0) return { passed: false, text: `${file}: there is no test \`${name}\`` };
  const suite = { file, policy, sources, tests: named };
  const result = runTests(suite, { load: (path) => loadPolicy(path, files), coverage: false, filter: null });
  return { passed: result.tests.every(({ passed }) => passed), text: renderSuite(result, paintFor(false)) };
}

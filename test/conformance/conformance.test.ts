/** Every conformance case, on both engines. A case in `expected-failures.json` must fail: once it passes, its line goes. */
import { describe, expect, test } from "vitest";
import { loadCaseFiles, loadExpectedFailures } from "./cases.ts";
import { runCase } from "./in-process.ts";

const expectedFailures = loadExpectedFailures();
const files = loadCaseFiles();

describe.each(files)("$file", ({ cases }) => {
  test.each(cases)("$name", (given) => {
    const wrong = runCase(given);
    if (expectedFailures[given.name] === undefined) expect(wrong).toEqual([]);
    else expect(wrong, "this case passes now: take it out of expected-failures.json").not.toEqual([]);
  });
});

test("every expected failure is a case, with a reason", () => {
  const names = new Set(files.flatMap(({ cases }) => cases.map(({ name }) => name)));
  const entries = Object.entries(expectedFailures);
  expect(entries.filter(([name, reason]) => !names.has(name) || reason.length < 10)).toEqual([]);
});

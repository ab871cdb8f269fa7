/** Cases of the project's own, in the form of the conformance cases (../conformance/README.md), on both engines. */
import { describe, expect, test } from "vitest";
import { loadCaseFiles } from "../conformance/cases.ts";
import { runCase } from "../conformance/in-process.ts";

describe.each(loadCaseFiles(import.meta.dirname))("$file", ({ cases }) => {
  test.each(cases)("$name", (given) => {
    expect(runCase(given)).toEqual([]);
  });
});

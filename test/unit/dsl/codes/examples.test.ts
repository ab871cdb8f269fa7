/** Every code has a policy that raises it, and the same policy mended. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CODES, memoryFiles, mendPolicy } from "../../../../dsl/index.ts";
import { errorsPage } from "../../../../scripts/errors-page.ts";
import { codeExamples, codesOf, loadExample, OF_TEXT, writtenOut } from "../../../../scripts/code-examples.ts";

/** Codes that count the problems they stand beside. */
const COUNTS = ["EP1007", "EP2901"];

describe.each(codeExamples())("$code", (example) => {
  const { code, broken, mended } = example;

  test("is all that the broken policy raises", () => {
    const codes = codesOf(loadExample(example, broken).diagnostics);
    if (COUNTS.includes(code)) expect(codes).toContain(code);
    else expect(codes).toEqual([code]);
  });

  test("is gone from the mended one, which is right", () => {
    const { policy, diagnostics } = loadExample(example, mended);
    expect(codesOf(diagnostics)).not.toContain(code);
    expect(policy).not.toBeNull();
  });
});

const fixable = codeExamples().filter((example) => {
  const { diagnostics } = loadExample(example, example.broken);
  return !OF_TEXT.has(example.code) && diagnostics.some(({ code, fix }) => code === example.code && fix !== null);
});

test("many codes have a certain fix", () => expect(fixable.length).toBeGreaterThan(15));

test.each(fixable)("the fix of $code mends it and brings no error", (example) => {
  const { code, broken, nowMicros } = example;
  const files = Object.fromEntries(Object.entries(broken).map(([path, text]) => [path, writtenOut(text)]));
  const options = nowMicros === null ? {} : { nowMicros };
  const { load, texts } = mendPolicy("policy.edgepolicy", memoryFiles(files), () => true, options);
  expect(texts.size).toBe(1);
  expect(codesOf(load.diagnostics)).not.toContain(code);
  expect(load.policy).not.toBeNull();
});

test("no code of the language is without an example", () => {
  const shown = new Set(codeExamples().map(({ code }) => code));
  expect(CODES.filter(({ code }) => !shown.has(code))).toEqual([]);
});

test("docs/errors.md is what the codes and examples say: node scripts/errors-page.ts writes it", () => {
  const page = readFileSync(join(import.meta.dirname, "..", "..", "..", "..", "docs", "errors.md"), "utf8");
  expect(errorsPage()).toBe(page);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { searches } from "../../../../engine/reference/pattern.ts";
import { compilePattern } from "../../../../engine/regex/instructions.ts";
import { trimPattern } from "../../../../engine/regex/trim-pattern.ts";
import { arbitrarySource, arbitraryText, patternOf } from "../../../helpers/patterns.ts";
import { check } from "../../../helpers/property.ts";

test.each([
  ["a*", ""],
  ["a?", ""],
  ["a*b", "b"],
  ["ab*", "a"],
  ["a*ba*", "b"],
  ["a+", "a"],
  ["a+b+", "ab"],
  ["a{2,5}b{3,}", "a{2}b{3}"],
  ["a*b*", ""],
  ["a*b*c", "c"],
  ["cb*a*", "c"],
  ["(?:ab*)*c(?:d+e)+", "cd+e"],
  ["x(?:ab*)+", "xa"],
  ["(?:a*b)+x", "bx"],
  ["a|b*", ""],
  ["a+|b+c", "a|bc"],
  ["(?:a+b|c)d", "(?:ab|c)d"],
  ["a(?:b|c?)", "a"],
  ["a(?:|b)", "a"],
  ["^a*", "^"],
  ["^a*b", "^a*b"],
  ["a*$", "$"],
  ["ba*$", "ba*$"],
  ["\\ba*", "\\b"],
  ["a", "a"],
  ["", ""],
])("/%s/ finds what /%s/ finds", (source, expected) => {
  // As instructions, in which sequences of sequences are one.
  expect(compilePattern(trimPattern(patternOf(source)))).toEqual(compilePattern(patternOf(expected)));
});

test("what is left out at the ends makes no difference", () => {
  check(
    fc.property(arbitrarySource, fc.array(arbitraryText, { minLength: 1, maxLength: 4 }), (source, texts) => {
      const root = patternOf(source);
      const trimmed = trimPattern(root);
      for (const text of texts) {
        expect([source, text, searches(trimmed, text)]).toEqual([source, text, searches(root, text)]);
      }
      expect(compilePattern(trimPattern(trimmed))).toEqual(compilePattern(trimmed));
    }),
    { runs: 400 },
  );
});

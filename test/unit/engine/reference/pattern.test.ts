import fc from "fast-check";
import { expect, test } from "vitest";
import type { PatternNode } from "../../../../engine/index.ts";
import { fitsGlob, searches } from "../../../../engine/reference/pattern.ts";
import { arbitraryPattern } from "../../../helpers/generators-conditions.ts";
import { patternOf } from "../../../helpers/patterns.ts";
import { check } from "../../../helpers/property.ts";

/** The same expression in JavaScript's syntax. */
function toSource(node: PatternNode): string {
  switch (node.kind) {
    case "empty":
      return "(?:)";
    case "set": {
      const unit = (code: number): string => `\\u${code.toString(16).padStart(4, "0")}`;
      return `[${node.ranges.map(([low, high]) => `${unit(low)}-${unit(high)}`).join("")}]`;
    }
    case "sequence":
      return `(?:${node.items.map(toSource).join("")})`;
    case "choice":
      return `(?:${node.items.map(toSource).join("|")})`;
    case "repeat":
      return `(?:${toSource(node.item)}){${node.min},${node.max ?? ""}}`;
    case "start":
      return "^";
    case "end":
      return "$";
    case "line_start":
      return "(?<![^\\n])";
    case "line_end":
      return "(?![^\\n])";
    case "word_boundary":
      return "\\b";
    case "not_word_boundary":
      return "\\B";
  }
}

test("searching agrees with JavaScript's own regular expressions", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "A", "|", "7", " ", "\n"), maxLength: 7 });
  check(
    fc.property(arbitraryPattern, text, (root, subject) => {
      expect(searches(root, subject)).toBe(new RegExp(toSource(root)).test(subject));
    }),
    { runs: 2_000 },
  );
});

test.each<[source: string, fits: readonly string[], others: readonly string[]]>([
  ["^a{2}$", ["aa"], ["", "a", "aaa"]],
  ["^a{1,3}$", ["a", "aa", "aaa"], ["", "aaaa"]],
  ["^a{2,}$", ["aa", "aaaaa"], ["", "a"]],
  ["^(?:ab)*$", ["", "ab", "abab"], ["a", "aba", "abb"]],
  ["^(?:a|bc){2}$", ["aa", "abc", "bca", "bcbc"], ["a", "ab", "bcb", "aaa"]],
  ["^(?:a|ab)(?:c|bcd)$", ["ac", "abc", "abcd"], ["abbcc", "ab"]],
  ["^(?:a?)*b$", ["b", "aab"], ["a", ""]],
  ["(?m:^)b", ["b", "ab\nb", "\nb"], ["ab", "a b"]],
  ["a(?m:$)", ["a", "ba", "a\nb"], ["ab", "a b", "\nab"]],
  ["\\bab\\b", ["ab", "-ab-", "x ab", "ab\ny"], ["abc", "_ab", "ab9", "Aab"]],
  ["^\\B$", [""], ["a", "-"]],
  ["a\\Bb", ["ab"], ["a-b", "a"]],
  ["[^a]", ["b", "ab", "\n"], ["", "a"]],
])("/%s/ is found in the texts that it fits", (source, fits, others) => {
  const root = patternOf(source);
  expect(fits.filter((text) => !searches(root, text))).toEqual([]);
  expect(others.filter((text) => searches(root, text))).toEqual([]);
});

test("a star in a glob is any run of characters", () => {
  expect(fitsGlob("db-*-7", "db-eu-7")).toBe(true);
  expect(fitsGlob("db-*-7", "db-eu-77")).toBe(false);
  expect(fitsGlob("*.internal", "x.internal")).toBe(true);
  expect(fitsGlob("*a*b*", "xaxbx")).toBe(true);
  expect(fitsGlob("a*a", "a")).toBe(false);
  expect(fitsGlob("", "")).toBe(true);
  expect(fitsGlob("*", "")).toBe(true);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { searches } from "../../../../engine/reference/pattern.ts";
import { foldUnit } from "../../../../engine/regex/case-fold.ts";
import { leadingText, plainGlob, plainPattern } from "../../../../engine/regex/plain-pattern.ts";
import { requiredOfGlob, requiredOfPattern } from "../../../../engine/regex/required-literals.ts";
import { trimPattern } from "../../../../engine/regex/trim-pattern.ts";
import { arbitrarySource, arbitraryText, patternOf } from "../../../helpers/patterns.ts";
import { check, scaled } from "../../../helpers/property.ts";

test.each([
  ["bot.*crawler", false, ["crawler"]],
  ["^a[0-9]+xyz?$", false, ["xy", "xyz"]],
  ["(?:sqlmap|nikto)/", false, ["sqlmap/", "nikto/"]],
  ["(?:foo[0-9]+|ba(?:r|z).*x)", false, ["foo", "bar", "baz"]],
  ["(?:abc){2,}", false, ["abcabc"]],
  ["[0-9]+", false, null],
  ["a?b?", false, null],
  ["(?:abc|.)", false, null],
])("every match of %s (folded: %s) contains one of %j", (source, folded, texts) => {
  expect(requiredOfPattern(trimPattern(patternOf(source)), folded)).toEqual(texts);
});

test("a pattern without case requires its letters folded", () => {
  const root = patternOf("SqlMap/[0-9]", true);
  expect(requiredOfPattern(root, true)).toEqual(["sqlmap/"]);
  expect(requiredOfPattern(root, false)).toContain("map/");
});

test("a text that matches contains one of what is required", () => {
  let required = 0;
  check(
    fc.property(
      arbitrarySource,
      fc.boolean(),
      fc.array(arbitraryText, { minLength: 1, maxLength: 8 }),
      (source, ignoreCase, texts) => {
        const root = patternOf(source, ignoreCase);
        for (const folded of [false, true]) {
          const wanted = requiredOfPattern(trimPattern(root), folded);
          for (const text of texts) {
            if (wanted === null || !searches(root, text)) continue;
            required++;
            const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
            const seen = folded ? String.fromCharCode(...units.map(foldUnit)) : text;
            expect([source, text, wanted.some((each) => seen.includes(each))]).toEqual([source, text, true]);
          }
        }
      },
    ),
    { runs: 1_500 },
  );
  expect(required).toBeGreaterThan(scaled(150));
});

test("globs and patterns that are plain tests", () => {
  expect(requiredOfGlob(["a", "bcd", "ef"])).toBe("bcd");
  expect(plainGlob("abc")).toEqual({ text: "abc", start: true, end: true });
  expect(plainGlob("abc*")).toEqual({ text: "abc", start: true, end: false });
  expect(plainGlob("**abc")).toEqual({ text: "abc", start: false, end: true });
  expect(plainGlob("*")).toEqual({ text: "", start: false, end: false });
  expect(plainGlob("")).toEqual({ text: "", start: true, end: true });
  expect(plainGlob("a*c")).toBeNull();
  const plain = (source: string): unknown => plainPattern(trimPattern(patternOf(source)));
  expect(plain(".*a\\.b.*")).toEqual({ text: "a.b", start: false, end: false });
  expect(plain("^a(?:bc)$")).toEqual({ text: "abc", start: true, end: true });
  expect(plain("^")).toEqual({ text: "", start: true, end: false });
  expect(plain("$")).toEqual({ text: "", start: false, end: true });
  expect(plain("a[bc]")).toBeNull();
  expect(plain("a$b")).toBeNull();
  const leading = (source: string): string => leadingText(trimPattern(patternOf(source)));
  expect(["ab+c", "a(?:bc)[de]", "^ab", "\\bab", "[ab]c", "ab|ac", ".*ab.c"].map(leading)).toEqual([
    "a",
    "abc",
    "",
    "",
    "",
    "",
    "ab",
  ]);
});

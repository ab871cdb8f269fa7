import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { PatternNode } from "../../../../engine/index.ts";
import { searches } from "../../../../engine/reference/pattern.ts";
import { foldUnit } from "../../../../engine/regex/case-fold.ts";
import { leadingText, plainGlob, plainPattern } from "../../../../engine/regex/plain-pattern.ts";
import {
  leastLength,
  requiredOfGlob,
  requiredOfPattern,
  soughtBy,
} from "../../../../engine/regex/required-literals.ts";
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
  ["abc[0-9]+xyz", false, ["abc"]],
  ["[a-d]x", false, ["ax", "bx", "cx", "dx"]],
  ["[a-f]x", false, ["x"]],
  ["[Aa]", true, ["a"]],
  ["xa(?:bc)*dy", false, ["xa"]],
  ["ab(?:c){0}de", false, ["abde"]],
  ["(?:ab){2}c", false, ["ababc"]],
  ["xab(?:cd)?y", false, ["xaby", "xabcdy"]],
])("every match of %s (folded: %s) contains one of %j", (source, folded, texts) => {
  expect(requiredOfPattern(trimPattern(patternOf(source)), folded)).toEqual(texts);
});

describe("what is required stays small", () => {
  const ofLiteral = (source: string): readonly string[] | null => requiredOfPattern(patternOf(source), false);
  const lengths = (source: string): readonly number[] => ofLiteral(source)!.map(({ length }) => length);

  test("a text has at most 32 units", () => {
    expect(ofLiteral("a".repeat(32))).toEqual(["a".repeat(32)]);
    expect(ofLiteral("a".repeat(40))).toEqual(["a".repeat(32)]);
    expect(lengths(`[ab]${"x".repeat(31)}`)).toEqual([32, 32]);
    expect(lengths(`[ab]${"x".repeat(32)}`)).toEqual([32, 32]);
    // Of two lengths, the longer one counts.
    expect(lengths(`(?:a|bc)${"x".repeat(40)}`)).toEqual([31, 32]);
    expect(requiredOfGlob(["x".repeat(40)])).toBe("x".repeat(32));
  });

  test("there are at most sixteen of them", () => {
    expect(lengths("[a-d][a-d]x")).toEqual(Array(16).fill(3));
    expect(lengths("[a-d][a-d][xy]")).toEqual(Array(16).fill(2));
    const words = Array.from({ length: 17 }, (_, index) => `w${index}x`);
    expect(ofLiteral(`(?:${words.slice(1).join("|")})`)).toEqual(words.slice(1));
    expect(ofLiteral(`(?:${words.join("|")})`)).toBeNull();
  });

  test("of a repeat, at most 32 copies are looked at", () => {
    const nothing: PatternNode = { kind: "empty" };
    const [x, y] = [patternOf("x"), patternOf("y")];
    const between = (count: number): PatternNode => ({
      kind: "sequence",
      items: [x, { kind: "repeat", item: nothing, min: count, max: count }, y],
    });
    expect(requiredOfPattern(between(32), false)).toEqual(["xy"]);
    expect(requiredOfPattern(between(33), false)).toEqual(["x"]);
  });
});

test("texts are looked for folded where they have letters of either case", () => {
  const sought = (source: string, ignoreCase: boolean): unknown =>
    soughtBy(trimPattern(patternOf(source, ignoreCase)), ignoreCase);
  expect(sought("Tool[0-9]", false)).toEqual({ texts: ["Tool"], folded: false });
  expect(sought("Tool[0-9]", true)).toEqual({ texts: ["tool"], folded: true });
  expect(sought("(?:-12-|-ab-)", true)).toEqual({ texts: ["-12-", "-ab-"], folded: true });
  expect(sought("-12-[0-9]", true)).toEqual({ texts: ["-12-"], folded: false });
  expect(sought("[0-9]", true)).toBeNull();
  expect(leastLength(["abc", "de", "fgh"])).toBe(2);
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
  expect(requiredOfGlob(["ab", "cd"])).toBe("ab");
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

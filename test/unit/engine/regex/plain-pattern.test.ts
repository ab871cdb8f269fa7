import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { searches } from "../../../../engine/reference/pattern.ts";
import { leadingText, type PlainTest, plainGlob, plainPattern } from "../../../../engine/regex/plain-pattern.ts";
import { arbitrarySource, arbitraryText, patternOf } from "../../../helpers/patterns.ts";
import { check } from "../../../helpers/property.ts";

function holds({ text, start, end }: PlainTest, value: string): boolean {
  if (start && end) return value === text;
  if (start) return value.startsWith(text);
  return end ? value.endsWith(text) : value.includes(text);
}

describe("a pattern", () => {
  test.each<[string, PlainTest | null]>([
    ["abc", { text: "abc", start: false, end: false }],
    ["^abc", { text: "abc", start: true, end: false }],
    ["abc$", { text: "abc", start: false, end: true }],
    ["^abc$", { text: "abc", start: true, end: true }],
    ["a(?:b(?:c)d)e", { text: "abcde", start: false, end: false }],
    ["(?:^a)(?:b$)", { text: "ab", start: true, end: true }],
    ["", { text: "", start: false, end: false }],
    ["^", { text: "", start: true, end: false }],
    ["$", { text: "", start: false, end: true }],
    ["^$", { text: "", start: true, end: true }],
    ["[a]b", { text: "ab", start: false, end: false }],
    ["[ab]", null],
    ["[ac]", null],
    ["a*", null],
    ["ab?", null],
    ["a{2}", null],
    ["a|b", null],
    ["(?:a|b)c", null],
    ["a^b", null],
    ["a$b", null],
    ["^^a", null],
    ["a$$", null],
    ["$^", null],
    ["\\ba", null],
    [".", null],
    ["^[^a]", null],
  ])("/%s/", (source, expected) => {
    expect(plainPattern(patternOf(source))).toEqual(expected);
  });

  test("that says no more than a test of text says just that", () => {
    const pieces = fc.array(fc.constantFrom("a", "b", "^", "$", "(?:ab)", "[b]"), { maxLength: 5 });
    check(
      fc.property(
        fc.oneof(
          pieces.map((parts) => parts.join("")),
          arbitrarySource,
        ),
        fc.array(arbitraryText),
        (source, texts) => {
          const root = patternOf(source);
          const plain = plainPattern(root);
          if (plain === null) return;
          for (const text of [...texts, plain.text, `x${plain.text}`, `${plain.text}x`]) {
            expect([source, text, holds(plain, text)]).toEqual([source, text, searches(root, text)]);
          }
        },
      ),
    );
  });
});

test.each([
  ["abc", "abc"],
  ["ab[cd]e", "ab"],
  ["a(?:b)c*", "ab"],
  ["a(?:bc)*", "a"],
  ["^ab", ""],
  ["(?:a|b)c", ""],
  ["ab$", "ab"],
  ["a{2}", ""],
  ["", ""],
])("every match of /%s/ begins with %j", (source, expected) => {
  expect(leadingText(patternOf(source))).toBe(expected);
});

test.each<[string, PlainTest | null]>([
  ["abc", { text: "abc", start: true, end: true }],
  ["abc*", { text: "abc", start: true, end: false }],
  ["*abc", { text: "abc", start: false, end: true }],
  ["*abc*", { text: "abc", start: false, end: false }],
  ["**abc***", { text: "abc", start: false, end: false }],
  ["", { text: "", start: true, end: true }],
  ["*", { text: "", start: false, end: false }],
  ["**", { text: "", start: false, end: false }],
  ["a*c", null],
  ["*a*c*", null],
])("the glob %j", (glob, expected) => {
  expect(plainGlob(glob)).toEqual(expected);
});

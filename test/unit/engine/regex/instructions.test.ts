/** Patterns as instructions: what they are, what their sets hold, and how large a pattern may be. */
import { describe, expect, test } from "vitest";
import type { PatternNode } from "../../../../engine/index.ts";
import {
  Beside,
  boundedPattern,
  compilePattern,
  Instruction,
  MAX_INSTRUCTIONS,
} from "../../../../engine/regex/instructions.ts";
import { patternOf } from "../../../helpers/patterns.ts";

const NAMES = Object.keys(Instruction);

/** Instructions in words: kind, operands, and sets by what they hold among a few letters. */
function written(source: string): readonly string[] {
  const { kinds, x, y, start, members, classes } = compilePattern(patternOf(source));
  const holds = (set: number): string =>
    "abcdk1_-é"
      .split("")
      .filter((unit) => members[set * classes.count + classes.of(unit.charCodeAt(0))] === 1)
      .join("");
  const lines = [...kinds].map((kind, at) => {
    const name = NAMES[kind] ?? "";
    if (name === "set") return `[${holds(x[at] as number)}] ${y[at]}`;
    return name === "split" ? `split ${x[at]} ${y[at]}` : `${name} ${x[at]}`;
  });
  return [`from ${start}`, ...lines];
}

test.each<[string, readonly string[]]>([
  ["", ["from 0", "match 0"]],
  ["a", ["from 1", "match 0", "[a] 0"]],
  ["ab", ["from 2", "match 0", "[b] 0", "[a] 1"]],
  ["[a-c]", ["from 1", "match 0", "[abc] 0"]],
  ["[^a-c]", ["from 1", "match 0", "[dk1_-é] 0"]],
  ["a|b|c", ["from 5", "match 0", "[a] 0", "[b] 0", "[c] 0", "split 2 3", "split 1 4"]],
  ["a*", ["from 1", "match 0", "split 2 0", "[a] 1"]],
  ["a+", ["from 3", "match 0", "split 2 0", "[a] 1", "[a] 1"]],
  ["a?", ["from 2", "match 0", "[a] 0", "split 1 0"]],
  ["a{2}", ["from 2", "match 0", "[a] 0", "[a] 1"]],
  ["a{1,3}", ["from 5", "match 0", "[a] 0", "split 1 0", "[a] 2", "split 3 0", "[a] 4"]],
  ["a{2,}", ["from 4", "match 0", "split 2 0", "[a] 1", "[a] 1", "[a] 3"]],
  ["^a$", ["from 3", "match 0", "end 0", "[a] 1", "start 2"]],
  ["\\ba\\B", ["from 3", "match 0", "notWordBoundary 0", "[a] 1", "wordBoundary 2"]],
])("/%s/", (source, expected) => {
  expect(written(source)).toEqual(expected);
});

test("a choice of nothing matches nothing", () => {
  const { kinds, members } = compilePattern({ kind: "choice", items: [] });
  expect([[...kinds], members.some((member) => member === 1)]).toEqual([[Instruction.match, Instruction.set], false]);
});

test("a set with its range the wrong way round is empty", () => {
  expect(compilePattern({ kind: "set", ranges: [[98, 97]] }).members.some((member) => member === 1)).toBe(false);
});

describe("classes", () => {
  test("tell apart what sets and word boundaries do, and no more", () => {
    const { classes, beside } = compilePattern(patternOf("[b-d]|c"));
    const classOf = (text: string): readonly number[] => text.split("").map((unit) => classes.of(unit.charCodeAt(0)));
    expect(new Set(classOf("09")).size).toBe(1);
    expect(new Set(classOf("09AZ_abcde")).size).toBe(8);
    expect(new Set(classOf("efz")).size).toBe(1);
    expect(classOf("bd")[0]).not.toBe(classOf("bd")[1]);
    expect(new Set(classOf("{|}~\u{7f}é\uffff")).size).toBe(1);
    const isWord = (unit: number): boolean => beside[classes.of(unit)] === Beside.word;
    const all = Array.from({ length: 0x10000 }, (_, unit) => unit);
    expect(all.filter((unit) => isWord(unit) !== /\w/.test(String.fromCharCode(unit)))).toEqual([]);
  });

  test("many runs in the same sets are of one class", () => {
    const ranges = Array.from({ length: 200 }, (_, index) => [256 + 10 * index, 259 + 10 * index] as const);
    const { classes, members, beside } = compilePattern({ kind: "set", ranges: [...ranges, [97, 99]] });
    expect(classes.count).toBe(4);
    const units = Array.from({ length: 0x10000 }, (_, unit) => unit);
    const isHeld = (unit: number): boolean =>
      (unit >= 97 && unit <= 99) || (unit >= 256 && unit < 2256 && (unit - 256) % 10 < 4);
    expect(units.filter((unit) => (members[classes.of(unit)] === 1) !== isHeld(unit))).toEqual([]);
    const isWord = (unit: number): boolean => beside[classes.of(unit)] === Beside.word;
    expect(units.filter((unit) => isWord(unit) !== /\w/.test(String.fromCharCode(unit)))).toEqual([]);
  });

  test("a range to the last unit has it", () => {
    const { classes, members } = compilePattern({ kind: "set", ranges: [[0xfff0, 0xffff]] });
    expect([0xffef, 0xfff0, 0xffff].map((unit) => members[classes.of(unit)])).toEqual([0, 1, 1]);
    expect(classes.count).toBe(10);
  });
});

test.each([
  ["abc", false],
  ["a*|b+", false],
  ["^a", true],
  ["a$", true],
  ["a\\b", true],
  ["(?:a|\\B)*", true],
])("whether /%s/ looks around: %s", (source, expected) => {
  expect(compilePattern(patternOf(source)).asserts).toBe(expected);
});

describe("the size of a pattern", () => {
  const unit = (letter: string): PatternNode => patternOf(letter);
  const all = (...items: readonly PatternNode[]): PatternNode => ({ kind: "sequence", items });
  const repeat = (item: PatternNode, min: number, max: number | null): PatternNode => ({
    kind: "repeat",
    item,
    min,
    max,
  });
  const choice = (...items: readonly PatternNode[]): PatternNode => ({ kind: "choice", items });
  /** Between two letters, so that nothing is left out. */
  const sized = (node: PatternNode): PatternNode =>
    boundedPattern({ source: "the pattern", ignoreCase: false, root: all(unit("x"), node, unit("y")) });
  const REFUSED = new Error("/the pattern/ needs more than 20000 states; shorten its counted repeats");

  test.each<[string, number, (count: number) => PatternNode]>([
    ["a letter so often", 1, (count) => repeat(unit("a"), count, count)],
    ["a letter at most so often", 2, (count) => repeat(unit("a"), 0, count)],
    ["a word so often", 2, (count) => repeat(all(unit("a"), unit("b")), count, count)],
    ["a choice so often", 4, (count) => repeat(choice(unit("a"), all(unit("b"), unit("c"))), count, count)],
    ["a choice of nothing so often", 1, (count) => repeat(choice(), count, count)],
    ["a loop so often", 3, (count) => repeat(repeat(unit("a"), 1, null), count, count)],
    ["an assertion so often", 1, (count) => repeat(patternOf("\\b"), count, count)],
    ["so many alternatives", 2, (count) => choice(...Array.from({ length: count }, () => unit("a")))],
    ["nothing and a letter so often", 1, (count) => repeat(all({ kind: "empty" }, unit("a")), count, count)],
  ])("is known before it is written out: %s", (_, each, nodeOf) => {
    const written = (count: number): number => compilePattern(sized(nodeOf(count))).kinds.length;
    expect(written(11) - written(10)).toBe(each);
    // The letters around it and the match; no more than the bound, and all of it.
    const last = 10 + Math.floor((MAX_INSTRUCTIONS - written(10)) / each);
    expect(written(last)).toBeGreaterThan(MAX_INSTRUCTIONS - each);
    expect(() => sized(nodeOf(last + 1))).toThrow(REFUSED);
  });

  test("is not written out where it is far too large", () => {
    const nested = [1, 2, 3, 4].reduce<PatternNode>((node) => repeat(node, 1_000, 1_000), unit("a"));
    expect(() => sized(nested)).toThrow(REFUSED);
  });

  test("does not count what is left out at its ends", () => {
    const root = all(repeat(repeat(unit("a"), 9_000, 9_000), 0, 9_000), unit("b"));
    expect(boundedPattern({ source: "b", ignoreCase: false, root })).toEqual(patternOf("b"));
  });
});

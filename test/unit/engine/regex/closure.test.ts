import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { searches } from "../../../../engine/reference/pattern.ts";
import { Closure } from "../../../../engine/regex/closure.ts";
import { Beside, compilePattern } from "../../../../engine/regex/instructions.ts";
import { arbitrarySource, arbitraryText, patternOf } from "../../../helpers/patterns.ts";
import { check } from "../../../helpers/property.ts";

function closureOf(source: string): Closure {
  return new Closure(compilePattern(patternOf(source)));
}

/** Whether there is a match without a unit, and how many sets are reached else, between what stands before and after. */
function atStart(closure: Closure, before: number, after: number): true | number {
  const matches = closure.follow(Int32Array.of(closure.code.start), 1, before, after);
  return matches || closure.count;
}

const PLACES = [
  [Beside.edge, Beside.edge],
  [Beside.edge, Beside.word],
  [Beside.edge, Beside.other],
  [Beside.word, Beside.edge],
  [Beside.other, Beside.edge],
  [Beside.word, Beside.word],
  [Beside.word, Beside.other],
  [Beside.other, Beside.word],
  [Beside.other, Beside.other],
  [Beside.newline, Beside.word],
  [Beside.other, Beside.newline],
] as const;

describe("follows what consumes nothing", () => {
  test.each<[string, readonly (true | number)[]]>([
    ["", [true, true, true, true, true, true, true, true, true, true, true]],
    ["a", [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]],
    ["a|b|c", [3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3]],
    ["a*b", [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]],
    ["^", [true, true, true, 0, 0, 0, 0, 0, 0, 0, 0]],
    ["$", [true, 0, 0, true, true, 0, 0, 0, 0, 0, 0]],
    ["(?m:^)", [true, true, true, 0, 0, 0, 0, 0, 0, true, 0]],
    ["(?m:$)", [true, 0, 0, true, true, 0, 0, 0, 0, 0, true]],
    ["\\b", [0, true, 0, true, 0, 0, true, true, 0, true, 0]],
    ["\\B", [true, 0, true, 0, true, true, 0, 0, true, 0, true]],
    ["^a|\\bb", [1, 2, 1, 1, 0, 0, 1, 1, 0, 1, 0]],
    ["a|$", [true, 1, 1, true, true, 1, 1, 1, 1, 1, 1]],
  ])("of /%s/", (source, expected) => {
    const closure = closureOf(source);
    expect(PLACES.map(([before, after]) => atStart(closure, before, after))).toEqual(expected);
  });

  test("from the first so many of a kernel, each set once", () => {
    const closure = closureOf("(?:a|b)*c");
    const { start } = closure.code;
    expect(closure.follow(Int32Array.of(start, start), 2, Beside.edge, Beside.other)).toBe(false);
    expect([closure.count, new Set(closure.reached.subarray(0, closure.count)).size]).toEqual([3, 3]);
    expect([closure.follow(Int32Array.of(start), 0, Beside.edge, Beside.other), closure.count]).toEqual([false, 0]);
  });

  test("also after so many rounds that their numbers begin anew", () => {
    const closure = closureOf("a|b");
    atStart(closure, Beside.edge, Beside.edge);
    Object.assign(closure, { round: 0x3fffffff });
    expect(atStart(closure, Beside.edge, Beside.edge)).toBe(2);
  });

  test("also after very many rounds", () => {
    const closure = closureOf("a|b");
    atStart(closure, Beside.edge, Beside.edge);
    for (const round of [0x3ffffffe, 0x3fffffff]) {
      Object.assign(closure, { round });
      for (let times = 0; times < 3; times++) expect(atStart(closure, Beside.edge, Beside.edge)).toBe(2);
    }
  });
});

test.each([
  ["^a", true],
  ["^", true],
  ["^a|^b", true],
  ["(?:^a)+", true],
  ["a", false],
  ["^a|b", false],
  ["^|a", false],
  ["^*a", false],
  ["$", false],
  ["\\bx", false],
  ["\\Bx", false],
  ["", false],
])("whether a match of /%s/ can only begin where the text does: %s", (source, expected) => {
  expect(closureOf(source).beginsOnlyAtStart()).toBe(expected);
});

test("a pattern that begins only where the text does matches nothing further on", () => {
  check(
    fc.property(arbitrarySource, arbitraryText, (source, text) => {
      const root = patternOf(`^(?:${source})`);
      const closure = new Closure(compilePattern(root));
      expect(closure.beginsOnlyAtStart()).toBe(true);
      const free = patternOf(source);
      if (closureOf(source).beginsOnlyAtStart()) expect(searches(free, text)).toBe(searches(root, text));
    }),
  );
});

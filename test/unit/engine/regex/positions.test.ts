import { expect, test } from "vitest";
import { Closure } from "../../../../engine/regex/closure.ts";
import { compilePattern } from "../../../../engine/regex/instructions.ts";
import { type Positions, positionsOf } from "../../../../engine/regex/positions.ts";
import { patternOf } from "../../../helpers/patterns.ts";

function positions(source: string): Positions | null {
  return positionsOf(new Closure(compilePattern(patternOf(source))));
}

/** By instruction: the sets that are reached from it, or that a match is; nothing of those that no text leads to. */
function written(source: string): unknown {
  const found = positions(source);
  if (found === null) return null;
  const { starts, list, matches } = found;
  return Object.fromEntries(
    [...matches].flatMap((match, at): [number, unknown][] => {
      const reached = [...list.subarray(starts[at], starts[at + 1])].sort((a, b) => a - b);
      return match === 1 ? [[at, "match"]] : reached.length > 0 ? [[at, reached]] : [];
    }),
  );
}

test.each([
  // 0 match, 1 [b], 2 [a]
  ["ab", { 0: "match", 1: [1], 2: [2] }],
  // 0 match, 1 [b], 2 split, 3 [a]
  ["a*b", { 0: "match", 2: [1, 3] }],
  // 0 match, 1 [c], 2 [a], 3 [b], 4 split
  ["(?:a|b)c", { 0: "match", 1: [1], 4: [2, 3] }],
  // 0 match, 1 [a], 2 split
  ["a?", { 0: "match", 2: "match" }],
  ["", { 0: "match" }],
])("of /%s/", (source, expected) => {
  expect(written(source)).toEqual(expected);
});

test.each(["^a", "a$", "\\ba", "a\\B"])("there are none of /%s/, which looks around", (source) => {
  expect(positions(source)).toBeNull();
});

test("there are none where they would be too many", () => {
  // The n-th of so many optional letters leads to all after it, and the last letter: n(n + 3)/2 and one of the first.
  const entries = (count: number): number | null => positions(`(?:a?){${count}}b`)?.list.length ?? null;
  expect(entries(3)).toBe(4 + 3 + 2 + 1);
  expect(entries(360)).toBe((361 * 362) / 2);
  expect([360, 361, 362].map((count) => entries(count) === null)).toEqual([false, true, true]);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { searches } from "../../../../engine/reference/pattern.ts";
import { Closure } from "../../../../engine/regex/closure.ts";
import { Beside, compilePattern } from "../../../../engine/regex/instructions.ts";
import { positionsOf } from "../../../../engine/regex/positions.ts";
import { Simulation } from "../../../../engine/regex/simulation.ts";
import { arbitrarySource, arbitraryText, patternOf } from "../../../helpers/patterns.ts";
import { check, scaled } from "../../../helpers/property.ts";

test("following all states at once finds what the reference finds, with assertions and without", () => {
  const found = { walked: 0, followed: 0 };
  const withoutAssertions = arbitrarySource.map((source) => source.replaceAll(/\\b|\\B|\^(?!a\])|\$/gi, ""));
  check(
    fc.property(
      fc.oneof(arbitrarySource, withoutAssertions),
      fc.array(arbitraryText, { minLength: 1, maxLength: 5 }),
      (source, texts) => {
        const root = patternOf(source);
        const closure = new Closure(compilePattern(root));
        const simulation = new Simulation(closure, closure.beginsOnlyAtStart());
        found[positionsOf(closure) === null ? "walked" : "followed"]++;
        for (const text of texts) {
          const answer = simulation.test(Int32Array.of(closure.code.start), Beside.edge, text, 0);
          expect([source, text, answer]).toEqual([source, text, searches(root, text)]);
        }
      },
    ),
    { runs: 1_500 },
  );
  expect(found.walked).toBeGreaterThan(scaled(300));
  expect(found.followed).toBeGreaterThan(scaled(300));
});

test("where the positions after each are too many they are walked to", () => {
  const root = patternOf("(?:a?){500}b");
  const closure = new Closure(compilePattern(root));
  expect(positionsOf(closure)).toBeNull();
  const simulation = new Simulation(closure, false);
  expect(simulation.test(Int32Array.of(closure.code.start), Beside.edge, `${"a".repeat(600)}b`, 0)).toBe(true);
  expect(simulation.test(Int32Array.of(closure.code.start), Beside.edge, "a".repeat(600), 0)).toBe(false);
});

test("goes on after very many texts", () => {
  for (const [source, text, expected] of [
    ["a[bc]*d", "xabcbcd", true],
    ["a[bc]*d", "xabcbcx", false],
    ["\\ba[bc]*d\\b", "x-abcbcd", true],
    ["\\ba[bc]*d\\b", "xabcbcd", false],
  ] as const) {
    const closure = new Closure(compilePattern(patternOf(source)));
    const simulation = new Simulation(closure, false);
    const search = (): boolean => simulation.test(Int32Array.of(closure.code.start), Beside.edge, text, 0);
    expect(search()).toBe(expected);
    for (let left = 0; left < 12; left++) {
      // Rounds begin again in the middle of a text, over what those before have left.
      Object.assign(simulation, { round: 0x3fffffff - left });
      expect([search(), search()]).toEqual([expected, expected]);
    }
  }
});

test("a text that leads nowhere ends the search where nothing may begin later", () => {
  const closure = new Closure(compilePattern(patternOf("ab")));
  const [anchored, free] = [new Simulation(closure, true), new Simulation(closure, false)];
  const start = Int32Array.of(closure.code.start);
  expect(["ab", "abx", "xab", "a", ""].map((text) => anchored.test(start, Beside.edge, text, 0))).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(free.test(start, Beside.edge, "xab", 0)).toBe(true);
  expect([
    anchored.test(new Int32Array(0), Beside.edge, "", 0),
    anchored.test(new Int32Array(0), Beside.edge, "ab", 0),
  ]).toEqual([false, false]);
});

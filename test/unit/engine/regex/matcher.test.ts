import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { Pattern, PatternNode } from "../../../../engine/index.ts";
import { Automaton, Room, WORK_A_UNIT } from "../../../../engine/regex/automaton.ts";
import { MAX_INSTRUCTIONS } from "../../../../engine/regex/instructions.ts";
import { PatternMatcher, patternTest } from "../../../../engine/regex/matcher.ts";
import { check } from "../../../helpers/property.ts";

function matcherOf(root: PatternNode): PatternMatcher {
  return new PatternMatcher({ source: sourceOf(root), ignoreCase: false, root } satisfies Pattern);
}

/** The pattern as V8 reads it. */
function sourceOf(node: PatternNode): string {
  const unit = (code: number): string => `\\u${code.toString(16).padStart(4, "0")}`;
  switch (node.kind) {
    case "empty":
      return "(?:)";
    case "set":
      return `[${node.ranges.map(([low, high]) => `${unit(low)}-${unit(high)}`).join("")}]`;
    case "sequence":
      return `(?:${node.items.map(sourceOf).join("")})`;
    case "choice":
      return node.items.length === 0 ? "[]" : `(?:${node.items.map(sourceOf).join("|")})`;
    case "repeat":
      return `(?:${sourceOf(node.item)}){${node.min},${node.max ?? ""}}`;
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

const set = (low: string, high: string = low): PatternNode => ({
  kind: "set",
  ranges: [[low.charCodeAt(0), high.charCodeAt(0)]],
});
const all = (...items: PatternNode[]): PatternNode => ({ kind: "sequence", items });
const repeat = (item: PatternNode, min: number, max: number | null): PatternNode => ({
  kind: "repeat",
  item,
  min,
  max,
});
const a = set("a");
const start: PatternNode = { kind: "start" };
const end: PatternNode = { kind: "end" };

const leaf: fc.Arbitrary<PatternNode> = fc.constantFrom<PatternNode>(
  a,
  set("b"),
  set("a", "c"),
  {
    kind: "set",
    ranges: [
      [0, 96],
      [98, 65_535],
    ],
  },
  { kind: "set", ranges: [] },
  start,
  end,
  { kind: "line_start" },
  { kind: "line_end" },
  { kind: "word_boundary" },
  { kind: "not_word_boundary" },
  { kind: "empty" },
);
const { pattern } = fc.letrec<{ pattern: PatternNode }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("pattern"), { maxLength: 3 }).map((items) => ({ kind: "sequence" as const, items })),
    fc.array(tie("pattern"), { maxLength: 3 }).map((items) => ({ kind: "choice" as const, items })),
    fc
      .tuple(tie("pattern"), fc.nat(2), fc.option(fc.nat(2)))
      .map(([item, min, more]) => ({ kind: "repeat" as const, item, min, max: more === null ? null : min + more })),
  ),
}));
const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "_", "-", "é"), maxLength: 8 });

test("searches as V8 does", () => {
  check(
    fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 5 }), (root, texts) => {
      const matcher = matcherOf(root);
      const regex = new RegExp(sourceOf(root));
      for (const each of texts) expect([each, matcher.test(each)]).toEqual([each, regex.test(each)]);
    }),
    { runs: 1_500 },
  );
});

describe("anchors", () => {
  test.each([
    [all(start, a, end), ["a"], ["aa", "ba", ""]],
    [all(start, a), ["a", "ab"], ["ba", ""]],
    [all(a, end), ["a", "ba"], ["ab", ""]],
    [all(a, start), [], ["a", "aa"]],
    [all({ kind: "word_boundary" }, a, { kind: "word_boundary" }), ["a", "- a -"], ["ab", "_a", ""]],
    [all({ kind: "not_word_boundary" }, a), ["ba"], ["a", "-a"]],
  ] satisfies [PatternNode, string[], string[]][])("%j", (root, matching, others) => {
    const matcher = matcherOf(root);
    expect(matching.filter((each) => !matcher.test(each))).toEqual([]);
    expect(others.filter((each) => matcher.test(each))).toEqual([]);
  });
});

test("a pattern that makes V8 exponential is linear here", () => {
  const matcher = matcherOf(all(start, repeat(repeat(a, 1, null), 1, null), end));
  expect(matcher.test(`${"a".repeat(200_000)}!`)).toBe(false);
  expect(matcher.test("a".repeat(200_000))).toBe(true);
});

test("a pattern with more states than the cache holds builds no more of them than the text's length justifies", () => {
  const any: PatternNode = { kind: "set", ranges: [[0, 65_535]] };
  const root = all(a, repeat(any, 24, 24), set("b"), set("b"));
  const automaton = new Automaton(root, new Room());
  let state = 1;
  const random = Array.from({ length: 64_000 }, () =>
    (state = (state * 48_271) % 0x7fffffff) % 2 === 0 ? "a" : "c",
  ).join("");
  for (const each of [random, random.slice(0, 8_000), `${random}a${"c".repeat(24)}bb`]) {
    expect(automaton.test(each, 0)).toBe(each.endsWith("b"));
    // One step more may have been begun when the bound was met.
    expect(automaton.work).toBeLessThanOrEqual(WORK_A_UNIT * each.length + 64);
  }
});

test("many patterns share the room of their tables, and answer when there is none left", () => {
  const room = new Room();
  room.cells = 100;
  const any: PatternNode = { kind: "set", ranges: [[0, 65_535]] };
  for (const length of [3, 4, 5]) {
    const root = all(a, repeat(any, length, length), set("b"));
    const automaton = new Automaton(root, room);
    for (const each of ["ababaccb", "aaaaaaaaaaaaaaaab", "cacccccccb", "bababababababab"]) {
      expect(automaton.test(each, 0)).toBe(new RegExp(sourceOf(root)).test(each));
    }
  }
  expect(room.cells).toBeGreaterThanOrEqual(0);
});

test("a pattern that would need too many states is refused by name", () => {
  const root = repeat(repeat(a, 1_000, 1_000), 1_000, 1_000);
  const matcher = (): PatternMatcher => new PatternMatcher({ source: "(a{1000}){1000}", ignoreCase: false, root });
  expect(matcher).toThrow(`/(a{1000}){1000}/ needs more than ${MAX_INSTRUCTIONS} states`);
});

describe("the way that is chosen", () => {
  /** Which texts are given to the host's `RegExp`. */
  function native(root: PatternNode, texts: readonly string[], room: Room = new Room()): readonly boolean[] {
    const matcher = new PatternMatcher({ source: "p", ignoreCase: false, root }, room);
    return texts.map((each) => {
      const spy = vi.spyOn(RegExp.prototype, "test");
      matcher.test(each);
      const called = spy.mock.calls.length;
      spy.mockRestore();
      expect(called).toBeLessThanOrEqual(1);
      return called === 1;
    });
  }

  test("is the host's where that is linear, up to a length at which its stack is no question", () => {
    const root = all(a, set("b"));
    const texts = ["ab", "x", "", "a".repeat(65_536), "a".repeat(65_537), "ab"];
    expect(native(root, texts)).toEqual([true, true, true, true, false, true]);
    expect(native(all(start, repeat(repeat(a, 1, null), 1, null), set("b")), ["ab"])).toEqual([false]);
  });

  /** Room that an automaton has taken for the states that texts have it build. */
  function taken(root: PatternNode, ...texts: readonly string[]): number {
    const room = new Room();
    const { cells } = room;
    const matcher = new PatternMatcher({ source: "p", ignoreCase: false, root }, room);
    expect(texts.map((each) => matcher.test(each))).toEqual(texts.map((each) => new RegExp(sourceOf(root)).test(each)));
    return cells - room.cells;
  }
  const many = "acacacccaaaacccacaccaacaca";

  test("is no automaton where a text that every match begins with, or contains, is missing", () => {
    const any = set("a", "c");
    // What is not linear for the host, behind a text and before one.
    const slow = all(repeat(all(a, repeat(any, 0, null)), 1, null), repeat(any, 9, 9), a);
    const led = all(set("x"), set("y"), slow);
    expect(taken(led, `xy${many}`)).toBeGreaterThan(0);
    expect(taken(led, many, `x${many}`, `yx${many}`)).toBe(0);
    const before = all(slow, set("x"), set("y"));
    expect(taken(before, `${many}xy`)).toBeGreaterThan(0);
    expect(taken(before, many, `${many}x`, `${many}yx`)).toBe(0);
    // What is required is looked for behind what leads.
    const both = all(set("x"), slow, set("y"), set("z"));
    expect(taken(both, `yzx${many}`)).toBe(0);
    expect(taken(both, `x${many}yz`)).toBeGreaterThan(0);
  });
});

test("what every match contains is known, and asked for once", () => {
  const matcher = matcherOf(all(repeat(a, 1, null), set("b"), set("c")));
  const { sought } = matcher;
  expect([sought?.texts, sought?.folded, matcher.sought === sought]).toEqual([["abc"], false, true]);
  const free = matcherOf(repeat(a, 0, null));
  expect([free.sought, free.sought]).toEqual([null, null]);
});

test("a pattern by itself tests texts as in a policy", () => {
  const matches = patternTest({ source: "^a+$", ignoreCase: false, root: all(start, repeat(a, 1, null), end) });
  expect(["a", "aa", "ab", ""].map(matches)).toEqual([true, true, false, false]);
});

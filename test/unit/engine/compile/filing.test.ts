/** In which order the axes come along which conjunctions are filed, what lies under each key, and the copies that this makes. */
import { describe, expect, test } from "vitest";
import type { Axes } from "../../../../engine/compile/axes.ts";
import {
  copiesByKeys,
  copiesByRanges,
  FEWEST_FILED,
  FEWEST_SEARCHED,
  type Filed,
  type FiledAxis,
  filedByAxis,
  groupsOf,
} from "../../../../engine/compile/filing.ts";
import type { IndexItem } from "../../../../engine/compile/index-tables.ts";
import { DispatchKind, Phase } from "../../../../engine/layout.ts";
import { conjunctionsOf, policyOf } from "../../../helpers/compiled.ts";

const LONG = Array.from({ length: 40 }, (_, word) => `"w${word}"`);
const HEAD = `route a = GET "/a"
route b = GET "/b"
route c = GET "/c"
route d = GET "/d"
fact depth : int from header "x-depth"
fact width : int from header "x-width"
signal seen = count per ip over 1m
list one : string = [${LONG.slice(0, 20).join(", ")}]
list two : string = [${LONG.slice(10, 30).join(", ")}]
`;
const TEXT = '(header["x-t"] ?? "")';
const OTHER = '(header["x-u"] ?? "")';
const KIND_NAMES = Object.fromEntries(Object.entries(DispatchKind).map(([name, kind]) => [kind, name]));

interface Given {
  readonly axes: Axes;
  readonly items: readonly IndexItem[];
}

/** Conjunctions, one for each condition. */
function given(...conditions: readonly string[]): Given {
  const rules = conditions.map((when, index) => `rule r${index} when ${when} then block`);
  const { axes, items } = conjunctionsOf(policyOf(HEAD + rules.join("\n")));
  expect(items.length).toBe(conditions.length);
  return { axes, items };
}

function many(count: number, condition: (index: number) => string): Given {
  return given(...Array.from({ length: count }, (_, index) => condition(index)));
}

function axesOf({ axes, items }: Given): readonly FiledAxis[] {
  return filedByAxis(items, axes);
}

function kindOf({ filed }: FiledAxis): string {
  return KIND_NAMES[filed[0]!.filing.kind] ?? "";
}

/** Those on the only axis. */
function filedOf(all: Given): readonly Filed[] {
  const found = axesOf(all);
  expect(found.length).toBe(1);
  return found[0]!.filed;
}

describe("an axis is expected to leave", () => {
  test.each<readonly [string, readonly string[], number]>([
    ["one, where each has a key of its own", [`${TEXT} == "a"`, `${TEXT} == "b"`, `${TEXT} == "c"`], 1],
    [
      "those that share a key, the more the oftener",
      [`${TEXT} == "a"`, `${TEXT} == "a" and ${OTHER} == "x"`, `${TEXT} == "b"`],
      5 / 3,
    ],
    ["those that are not on it", [`${TEXT} == "a"`, `${TEXT} == "b"`, "method is GET", 'host == "h"'], 3],
    ["of lists as many as have a key", [`${TEXT} in ["a", "b"]`, `${TEXT} in ["b", "c"]`, `${TEXT} == "c"`], 9 / 5],
    ["of ranges apart one", ["depth ?? 0 < 1", "depth ?? 0 >= 2 and depth ?? 0 < 3", "depth ?? 0 > 4"], 1],
    ["of ranges those that hold where one begins", ["depth ?? 0 >= 1", "depth ?? 0 >= 2", "depth ?? 0 >= 3"], 2],
    [
      "of ranges none that has ended",
      ["depth ?? 0 >= 1 and depth ?? 0 <= 2", "depth ?? 0 >= 2", "depth ?? 0 >= 3"],
      5 / 3,
    ],
  ])("%s", (_, conditions, left) => {
    const found = axesOf(given(...conditions));
    const longest = found.toSorted((a, b) => b.filed.length - a.filed.length)[0];
    expect(longest?.left).toBeCloseTo(left, 9);
  });
});

describe("axes come in the order of what they leave", () => {
  const kinds = (all: Given): readonly string[] => axesOf(all).map(kindOf);

  test("the fewest first, and of equals the cheapest to look up", () => {
    expect(kinds(many(8, (i) => `${TEXT} == "t${i % 2}" and ip == 10.0.0.${i}`))).toEqual(["network", "text"]);
    expect(kinds(many(8, (i) => `${TEXT} == "t${i}" and ip == 10.0.0.${i % 2}`))).toEqual(["text", "network"]);
    expect(kinds(many(8, (i) => `ip == 10.0.0.${i} and ${TEXT} == "t${i}" and depth ?? 0 == ${i}`))).toEqual([
      "number",
      "text",
      "network",
    ]);
    expect(kinds(many(4, (i) => `has route and route is ${"abcd"[i]!} and depth ?? 0 == ${i}`))).toEqual([
      "route",
      "number",
    ]);
  });

  test.each([
    ["suffix", "prefix", `${TEXT} ends_with "I" and ${OTHER} starts_with "I"`, "prefix, suffix"],
    ["member", "suffix", `has token.scopes and "I" in token.scopes and ${TEXT} ends_with "I"`, "suffix, member"],
    ["prefix", "network", `${TEXT} starts_with "I" and ip == 10.0.0.I`, "network, prefix"],
    ["range", "text", `depth ?? 0 >= I and depth ?? 0 <= I and ${TEXT} == "I"`, "range, text"],
  ])("of equals a look-up of %s after or before one of %s as it costs", (_, _other, condition, order) => {
    expect(kinds(many(8, (i) => condition.replaceAll("I", String(i)))).join(", ")).toBe(order);
  });

  test("one that reads a whole text only where it leaves half", () => {
    expect(kinds(many(16, (i) => `${TEXT} contains "a${i}" and ${OTHER} == "t${i % 8}"`))).toEqual([
      "text",
      "contained",
    ]);
    expect(kinds(many(16, (i) => `${TEXT} contains "a${i}" and ${OTHER} == "t${i % 4}"`))).toEqual([
      "contained",
      "text",
    ]);
  });

  test("those of state last, and each phase by itself", () => {
    const { axes, items } = many(20, (i) => `seen == ${i} and ${TEXT} == "t${i % 2}"`);
    const ofTerms = items.map((item) => ({ ...item, phase: Phase.term }));
    const found = filedByAxis([...items, ...ofTerms], axes);
    expect(found.map(kindOf)).toEqual(["text", "number", "number"]);
    expect(found.map(({ wait }) => wait)).toEqual([0, Phase.rule + 1, Phase.term + 1]);
    expect(found.map(({ filed }) => filed.length)).toEqual([40, 20, 20]);
  });

  test("long lists that many share first, where they leave half at most", () => {
    const shared = (i: number): string => `${TEXT} in ${i % 2 === 0 ? "one" : "two"} and ip == 10.0.0.${i}`;
    expect(kinds(many(8, shared))).toEqual(["network", "text"]);
    const apart = LONG.slice(0, 20).join(", ");
    const far = LONG.slice(20).join(", ");
    const lists = (i: number): string => `${TEXT} in [${i % 2 === 0 ? apart : far}] and ip == 10.0.0.${i}`;
    expect(kinds(many(8, lists))).toEqual(["text", "network"]);
    // Of four, no list is shared by more than two.
    expect(kinds(many(4, lists))).toEqual(["network", "text"]);
    // Eight words are no long list, nine are.
    const short =
      (words: number) =>
      (i: number): string => {
        const list = LONG.slice(words * (i % 2), words * (i % 2) + words).join(", ");
        return `${TEXT} in [${list}] and ip == 10.0.0.${i}`;
      };
    expect(kinds(many(8, short(8)))).toEqual(["network", "text"]);
    expect(kinds(many(8, short(9)))).toEqual(["text", "network"]);
  });
});

test("fewer are not filed along an axis that is dearer to follow", () => {
  const fewest = (condition: string): number => axesOf(many(2, (i) => condition.replace("I", String(i))))[0]!.fewest;
  expect([
    fewest(`${TEXT} == "I"`),
    fewest(`${TEXT} contains "I"`),
    fewest(`${TEXT} matches /abI[0-9]/i`),
    fewest("seen == I"),
  ]).toEqual([FEWEST_FILED, FEWEST_SEARCHED, FEWEST_SEARCHED, 16]);
  expect([FEWEST_FILED, FEWEST_SEARCHED]).toEqual([4, 8]);
});

test("different values, and different ways to look at one, are different axes", () => {
  const found = axesOf(
    given(`${TEXT} == "a"`, `${OTHER} == "a"`, `${TEXT} starts_with "a"`, "depth ?? 0 == 1", "width ?? 0 == 1"),
  );
  expect(found.map(({ filed }) => filed.length)).toEqual([1, 1, 1, 1, 1]);
  expect(filedByAxis([], given(`${TEXT} == "a"`).axes)).toEqual([]);
});

describe("under a key lies", () => {
  /** The rules in each group, by key. */
  const groups = (filed: readonly Filed[]): unknown =>
    Object.fromEntries(
      Array.from(groupsOf(filed), ([key, { bundles }]) => [
        key,
        bundles.map((bundle) => bundle.map(({ item }) => item.target)),
      ]),
    );

  test("every bundle of conjunctions that the same literal files", () => {
    const filed = axesOf(
      given(`${TEXT} in ["a", "b"]`, `${TEXT} == "b"`, `${TEXT} in ["a", "b"] and method is GET`, `${TEXT} == "c"`),
    ).find((axis) => kindOf(axis) === "text")!.filed;
    expect(groups(filed)).toEqual({ a: [[0, 2]], b: [[0, 2], [1]], c: [[3]] });
  });

  test("what has the same name where it is the same", () => {
    const filed = filedOf(given(`${TEXT} in ["a", "b", "c"]`, `${TEXT} in ["b", "c"]`));
    const names = new Map(Array.from(groupsOf(filed), ([key, { name }]) => [key, name]));
    expect(names.get("b")).toBe(names.get("c"));
    expect(names.get("a")).not.toBe(names.get("b"));
  });
});

describe("copies", () => {
  test("by keys are one for each different group, and a part of the keys for each that shares them", () => {
    expect(copiesByKeys(filedOf(given(`${TEXT} == "a"`, `${TEXT} == "b"`)))).toEqual([2, 2]);
    const alike = axesOf(given(`${TEXT} == "a"`, `${TEXT} == "a" and method is GET`, `${TEXT} == "b"`));
    expect(copiesByKeys(alike.find((axis) => kindOf(axis) === "text")!.filed)).toEqual([1.5, 1.5, 2]);
    // Of three keys two lie in one group, and the third in another.
    expect(copiesByKeys(filedOf(given(`${TEXT} in ["a", "b", "c"]`, `${TEXT} in ["b", "c"]`)))).toEqual([5, 3]);
    const shared = axesOf(given(`${TEXT} in ["a", "b", "c"]`, `${TEXT} in ["a", "b", "c"] and method is GET`));
    expect(copiesByKeys(shared.find((axis) => kindOf(axis) === "text")!.filed)).toEqual([2.5, 2.5]);
  });

  test("by ranges are a place in each level of a tree", () => {
    const copies = (count: number): readonly number[] =>
      copiesByRanges(filedOf(many(count, (i) => `depth ?? 0 >= ${i}`)));
    expect([copies(1), copies(3), copies(4)]).toEqual([[1], [2, 2, 2], [3, 3, 3, 3]]);
  });
});

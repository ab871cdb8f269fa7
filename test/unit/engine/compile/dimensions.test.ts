/** Dimensions of bit vectors: which literals are on one, how its values are ordered, and for which of them each literal holds. */
import { describe, expect, test } from "vitest";
import { Dimension, DimensionFinder } from "../../../../engine/compile/dimensions.ts";
import { negate } from "../../../../engine/compile/literals.ts";
import { DispatchKind } from "../../../../engine/layout.ts";
import type { Expr } from "../../../../engine/index.ts";
import { conjunctionsOf, policyOf } from "../../../helpers/compiled.ts";
import { attributeOf, equals, literalOf } from "../../../helpers/policies.ts";

const HEAD = `route a = GET "/a"
route b = GET "/b"
route c = GET "/c"
fact depth : int from header "x-depth"
fact place : network from header "x-place"
signal seen = count per ip over 1m
list words : string = ["v", "w"]
list fed : string from "words.txt"
list near : network from "near.txt"
list ids : int from "ids.txt"
class grade = good when (depth ?? 0) > 5, else bad
`;
const FILES = { "words.txt": "w\n", "near.txt": "10.0.0.0/8\n", "ids.txt": "7\n" };
const TEXT = '(header["x-t"] ?? "")';
const NUMBER = "(depth ?? 0)";
const KIND_NAMES = Object.fromEntries(Object.entries(DispatchKind).map(([name, kind]) => [kind, name]));

interface Lowered {
  readonly finder: DimensionFinder;
  /** One for each condition. */
  readonly literals: readonly number[];
}

function lowered(...conditions: readonly string[]): Lowered {
  const rules = conditions.map((when, index) => `rule r${index} when ${when} then block`);
  const policy = policyOf(HEAD + rules.join("\n"), FILES);
  const { axes } = conjunctionsOf(policy);
  const literals = policy.rules.map(({ when }) => axes.conditions.lower(when as Expr));
  return { finder: new DimensionFinder(axes, policy.routes.length), literals };
}

/** The one dimension that conditions are on, in order. */
function dimensionOf(...conditions: readonly string[]): {
  readonly dimension: Dimension;
  readonly literals: readonly number[];
} {
  const { finder, literals } = lowered(...conditions);
  const [name, ...others] = new Set(literals.map((literal) => finder.nameOf(literal)));
  expect(others).toEqual([]);
  const [kind = Number.NaN, slot = Number.NaN] = String(name).split(" ").map(Number);
  const dimension = new Dimension(finder, kind, slot);
  for (const literal of literals) expect(dimension.add(literal)).toBe(true);
  dimension.order();
  return { dimension, literals };
}

/** Where each condition holds, as spans of places. */
function spansOf(...conditions: readonly string[]): readonly (readonly number[])[] {
  const { dimension, literals } = dimensionOf(...conditions);
  return literals.map((literal) => dimension.selectionOf(literal).spans);
}

describe("a literal is on a dimension", () => {
  const kindOf = (condition: string): string | null => {
    const { finder, literals } = lowered(condition);
    const name = finder.nameOf(literals[0] ?? 0);
    return name === null ? null : (KIND_NAMES[Number(name.split(" ")[0])] ?? null);
  };

  test.each<readonly [string, string]>([
    ["range", `${NUMBER} < 7`],
    ["range", `${NUMBER} >= 7`],
    ["range", `${NUMBER} <= 7`],
    ["range", `${NUMBER} == 7`],
    ["range", `${NUMBER} in [7, 8]`],
    ["range", "path.ambiguous"],
    ["text", `${TEXT} == "a"`],
    ["text", `${TEXT} in ["a", "b"]`],
    ["text", `${TEXT} in words`],
    ["prefix", `${TEXT} starts_with "a"`],
    ["suffix", `${TEXT} ends_with "a"`],
    ["network", "ip in [10.0.0.0/8, 11.0.0.0/8]"],
    ["network", "ip == 10.0.0.1"],
    ["text", `${TEXT} != "a" and ${TEXT} != "b"`],
    ["range", `${NUMBER} < 7 or ${NUMBER} > 9`],
    ["range", `(${NUMBER} < 7 or ${NUMBER} > 9) and ${NUMBER} != 5`],
  ])("of kind %s: %s", (kind, condition) => {
    expect(kindOf(condition)).toBe(kind);
  });

  test.each([
    `${TEXT} in fed`,
    `${NUMBER} in ids`,
    "ip in near",
    "has place and place == 10.0.0.0/8",
    `${TEXT} contains "a"`,
    "seen > 5",
    'has header["x-t"]',
    `${TEXT} == "a" or ${NUMBER} == 7`,
    `${TEXT} == "a" or ${TEXT} starts_with "a"`,
    `${TEXT} != "a" and ${TEXT} not in fed`,
    `${TEXT} == "a" or header["x-u"] ?? "" == "a"`,
  ])("or on none: %s", (condition) => {
    expect(kindOf(condition)).toBeNull();
  });

  test("and its negation is on the same, and what always holds on none", () => {
    const { finder, literals } = lowered(`${TEXT} == "a"`);
    const [literal = 0] = literals;
    expect(finder.nameOf(negate(literal))).toBe(finder.nameOf(literal));
    expect(finder.nameOf(literal)).not.toBeNull();
    expect(finder.nameOf(0)).toBeNull();
  });

  test("with others of its value, 64 at most", () => {
    const nameOf = (count: number): string | null => {
      const { finder } = lowered(`${NUMBER} == 1`);
      const { conditions } = finder.axes;
      const items = Array.from({ length: count }, (_, index) =>
        negate(conditions.lower(equals(attributeOf("int", "ip.asn"), literalOf("int", index)))),
      );
      return finder.nameOf(conditions.all(items));
    };
    expect([nameOf(2) === nameOf(64), nameOf(65)]).toEqual([true, null]);
    expect(nameOf(64)).not.toBeNull();
  });
});

test("whether a value is there is asked of its slot, and only by a literal that says so", () => {
  const { finder, literals } = lowered('has header["x-t"]', 'no header["x-t"]', `${TEXT} == "a"`);
  const [present = 0, missing = 0, equal = 0] = literals;
  const { a } = finder.axes.conditions.tests[present >> 1]!;
  expect([present, missing, equal].map((literal) => finder.presentSlot(literal))).toEqual([a, -1, -1]);
});

describe("numbers", () => {
  test("are places between the numbers that literals speak of", () => {
    const { dimension } = dimensionOf(`${NUMBER} < 5`, `${NUMBER} <= 9`, `${NUMBER} in [5, 7]`);
    expect([dimension.size, dimension.keyCount, dimension.keys]).toEqual([7, 3, []]);
    expect([4, 5, 6, 7, 8, 9, 10].map((value) => dimension.breakpoints.placeOf(value))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  test.each<readonly [string, readonly number[]]>([
    [`${NUMBER} < 5`, [0, 0]],
    [`${NUMBER} <= 5`, [0, 1]],
    [`${NUMBER} > 5`, [2, 4]],
    [`${NUMBER} >= 5`, [1, 4]],
    [`${NUMBER} == 5`, [1, 1]],
    [`${NUMBER} != 5`, [0, 0, 2, 4]],
    [`${NUMBER} in [5, 7]`, [1, 1, 3, 3]],
    [`${NUMBER} not in [5, 7]`, [0, 0, 2, 2, 4, 4]],
    [`${NUMBER} > 5 and ${NUMBER} < 7`, [2, 2]],
    [`${NUMBER} < 5 or ${NUMBER} >= 7`, [0, 0, 3, 4]],
    [`${NUMBER} < 5 and ${NUMBER} > 7`, []],
  ])("%s", (condition, spans) => {
    expect(spansOf(condition, `${NUMBER} in [5, 7]`)[0]).toEqual(spans);
  });

  test("are ones for truths that hold", () => {
    const { dimension, literals } = dimensionOf("path.ambiguous", "not path.ambiguous");
    expect(dimension.size).toBe(3);
    expect(literals.map((literal) => dimension.selectionOf(literal).spans)).toEqual([
      [1, 1],
      [0, 0, 2, 2],
    ]);
    expect([0, 1].map((truth) => dimension.breakpoints.placeOf(truth))).toEqual([0, 1]);
  });
});

test("routes are places by their numbers, behind that of no route", () => {
  const { finder } = lowered(`${NUMBER} == 1`);
  const literals = [[0, 2], [1]].map((routes) => finder.axes.conditions.onRoutes(routes));
  const [name = "", ...others] = new Set(literals.map((literal) => finder.nameOf(literal)));
  const [kind, slot = 0] = String(name).split(" ").map(Number);
  expect([kind, others]).toEqual([DispatchKind.route, []]);
  const dimension = new Dimension(finder, DispatchKind.route, slot);
  for (const literal of literals) dimension.add(literal);
  dimension.order();
  expect(dimension.size).toBe(4);
  expect(literals.map((literal) => dimension.selectionOf(literal).spans)).toEqual([
    [1, 1, 3, 3],
    [2, 2],
  ]);
});

describe("keys", () => {
  const keysOf = (...conditions: readonly string[]): readonly string[] => dimensionOf(...conditions).dimension.keys;

  test("of texts are in the order in which they come, each once, and one place more is for all others", () => {
    const { dimension } = dimensionOf(`${TEXT} == "b"`, `${TEXT} in ["a", "b"]`, `${TEXT} != "c"`);
    expect([dimension.keys, dimension.size, dimension.keyCount]).toEqual([["b", "a", "c"], 4, 3]);
  });

  test("of beginnings are next to those that they begin", () => {
    const conditions = ["ab", "b", "a", "abc", "ac"].map((key) => `${TEXT} starts_with "${key}"`);
    expect(keysOf(...conditions)).toEqual(["a", "ab", "abc", "ac", "b"]);
    expect(spansOf(...conditions)).toEqual([
      [1, 2],
      [4, 4],
      [0, 3],
      [2, 2],
      [3, 3],
    ]);
  });

  test("of ends are next to those that they end", () => {
    const conditions = ["ba", "b", "a", "cba", "ca"].map((key) => `${TEXT} ends_with "${key}"`);
    expect(keysOf(...conditions)).toEqual(["a", "ba", "cba", "ca", "b"]);
    expect(spansOf(...conditions)).toEqual([
      [1, 2],
      [4, 4],
      [0, 3],
      [2, 2],
      [3, 3],
    ]);
  });

  test("of networks are next to those that they hold, and IPv4 comes before IPv6", () => {
    const keys = ["::/0", "10.1.0.0/16", "2001:db8::/32", "10.0.0.0/8", "11.0.0.0/8", "10.1.2.3/32"];
    const conditions = keys.map((key) => `ip in ${key}`);
    expect(keysOf(...conditions)).toEqual([
      "10.0.0.0/8",
      "10.1.0.0/16",
      "10.1.2.3/32",
      "11.0.0.0/8",
      "::/0",
      "2001:db8::/32",
    ]);
    expect(spansOf(...conditions)).toEqual([
      [4, 5],
      [1, 2],
      [5, 5],
      [0, 2],
      [3, 3],
      [2, 2],
    ]);
  });

  test("of addresses are networks of their own", () => {
    expect(keysOf("ip == 10.0.0.1", "ip in [10.0.0.0/8, 10.0.0.2]")).toEqual([
      "10.0.0.0/8",
      "10.0.0.1/32",
      "10.0.0.2/32",
    ]);
  });

  test("of one text hold nothing beside it", () => {
    expect(spansOf(`${TEXT} == "a"`, `${TEXT} == "ab"`, `${TEXT} in ["ab", "a"]`, `${TEXT} != "a"`)).toEqual([
      [0, 0],
      [1, 1],
      [0, 1],
      [1, 2],
    ]);
  });
});

describe("a value that is not there", () => {
  const attribute = attributeOf("string", "header", "x-t");
  /** Whether literals hold for it. */
  const missing = (
    make: (equal: (text: string) => number, all: (literals: readonly number[]) => number) => number,
  ): boolean => {
    const { finder } = lowered(`${NUMBER} == 1`);
    const { conditions } = finder.axes;
    const literal = make(
      (text) => conditions.lower(equals(attribute, literalOf("string", text))),
      (literals) => conditions.all(literals),
    );
    const [kind = 0, slot = 0] = String(finder.nameOf(literal)).split(" ").map(Number);
    const dimension = new Dimension(finder, kind, slot);
    dimension.add(literal);
    dimension.order();
    return dimension.selectionOf(literal).missing;
  };

  test("passes no test, and so the negation of each", () => {
    expect(missing((equal) => equal("a"))).toBe(false);
    expect(missing((equal) => negate(equal("a")))).toBe(true);
  });

  test("passes all of several where it passes each", () => {
    expect(missing((equal, all) => all([negate(equal("a")), negate(equal("b"))]))).toBe(true);
    expect(missing((equal, all) => negate(all([negate(equal("a")), negate(equal("b"))])))).toBe(false);
    expect(
      missing((equal, all) => all([negate(equal("a")), negate(all([negate(equal("b")), negate(equal("c"))]))])),
    ).toBe(false);
  });
});

test("keys past a bound are not taken, and neither is the literal that has them", () => {
  const { finder } = lowered(`${NUMBER} == 1`);
  const { conditions } = finder.axes;
  const inList = (first: number, count: number): number => {
    const values = Array.from({ length: count }, (_, index) => first + index);
    const right = literalOf("int", values);
    const span = { file: 0, start: 0, end: 0 };
    const type = { scalar: "bool", set: false } as const;
    return conditions.lower({ kind: "in", type, span, left: attributeOf("int", "ip.asn"), right });
  };
  const [most, one] = [inList(0, 1 << 17), inList(-1, 1)];
  const [kind = 0, slot = 0] = String(finder.nameOf(most)).split(" ").map(Number);
  const dimension = new Dimension(finder, kind, slot);
  expect([most, one, one, most, negate(most), negate(one)].map((literal) => dimension.add(literal))).toEqual([
    true,
    false,
    false,
    true,
    true,
    false,
  ]);
  expect(dimension.keyCount).toBe(1 << 17);
});

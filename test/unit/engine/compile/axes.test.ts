/** Along which axes conjunctions are filed, and under which keys. */
import { describe, expect, test } from "vitest";
import { asNetwork, type Filing, filingsOf, isSearch, searchedBy } from "../../../../engine/compile/axes.ts";
import { DispatchKind, SlotOp } from "../../../../engine/layout.ts";
import { type Conjunctions, conjunctionsOf, policyOf } from "../../../helpers/compiled.ts";
import { attributeOf, equals, literalOf, makePolicy, makeRule } from "../../../helpers/policies.ts";

const HEAD = `route one = GET "/one"
route two = GET "/two"
route three = GET "/three"
list words : string = ["b", "a", "b"]
list fed : string from "words.txt"
list near : network from "near.txt"
fact depth : int from header "x-depth"
fact place : network from header "x-place"
signal seen = count per ip over 1m
`;
const FILES = { "words.txt": "w\n", "near.txt": "10.0.0.0/8\n" };
const TEXT = '(header["x-t"] ?? "")';
const NUMBER = "(depth ?? 0)";

const KIND_NAMES = Object.fromEntries(Object.entries(DispatchKind).map(([name, kind]) => [kind, name]));

function conjunctions(when: string): Conjunctions {
  return conjunctionsOf(policyOf(`${HEAD}rule r when ${when} then block`, FILES));
}

/** The filings of the one conjunction that a condition is. */
function filings(when: string): readonly Filing[] {
  const { axes, items } = conjunctions(when);
  expect(items.map(({ target }) => target)).toEqual([0]);
  return filingsOf(axes, items[0]!.literals);
}

/** Kind and keys, or bounds, of each filing. */
function filed(when: string): readonly unknown[] {
  return filings(when).map(({ kind, keys, range }) => [KIND_NAMES[kind], range === null ? keys : boundsOf(range)]);
}

function boundsOf({ from, fromOpen, to, toOpen }: NonNullable<Filing["range"]>): string {
  return `${fromOpen ? "(" : "["}${from}, ${to}${toOpen ? ")" : "]"}`;
}

describe("a condition is filed under the values that it asks for", () => {
  test.each<readonly [string, string, readonly unknown[]]>([
    [`${TEXT} == "a"`, "text", ["a"]],
    [`${TEXT} in ["b", "a", "b"]`, "text", ["a", "b"]],
    [`${TEXT} in words`, "text", ["a", "b"]],
    [`${TEXT} starts_with "ab"`, "prefix", ["ab"]],
    [`${TEXT} ends_with "ab"`, "suffix", ["ab"]],
    [`${NUMBER} == 7`, "number", [7]],
    [`${NUMBER} in [9, 8]`, "number", [8, 9]],
    ["ip == 10.1.2.3", "network", ["10.1.2.3/32"]],
    ["ip == 2001:db8::1", "network", ["2001:db8::1/128"]],
    ["ip in [10.1.2.3, 10.0.0.0/8]", "network", ["10.0.0.0/8", "10.1.2.3/32"]],
    ["has route and route in [one, three]", "route", [0, 2]],
    ['has token.scopes and "s" in token.scopes', "member", ["s"]],
    ['has token.scopes and any of token.scopes in ["s", "t"]', "member", ["s", "t"]],
    [`${TEXT} contains "a"`, "contained", ["a"]],
    [`${TEXT} like "*ab*xyz*c"`, "contained", ["xyz"]],
    [`${TEXT} matches /(?:abc|de)[0-9]/`, "contained", ["abc", "de"]],
    [`${TEXT} matches /abc[0-9]/i`, "containedFolded", ["abc"]],
  ])("%s by %s under %j", (when, kind, keys) => {
    expect(filed(when)).toEqual([[kind, keys]]);
  });
});

describe("a comparison is filed under its range", () => {
  test.each([
    [`${NUMBER} < 7`, "(-Infinity, 7)"],
    [`${NUMBER} <= 7`, "(-Infinity, 7]"],
    [`${NUMBER} > 7`, "(7, Infinity)"],
    [`${NUMBER} >= 7`, "[7, Infinity)"],
    [`${NUMBER} >= 5 and ${NUMBER} <= 7`, "[5, 7]"],
    [`${NUMBER} > 5 and ${NUMBER} < 7`, "(5, 7)"],
    [`${NUMBER} < 9 and ${NUMBER} > 5 and ${NUMBER} <= 7`, "(5, 7]"],
    [`${NUMBER} >= 5 and ${NUMBER} > 5 and ${NUMBER} < 9`, "(5, 9)"],
    [`${NUMBER} < 9 and ${NUMBER} <= 9`, "(-Infinity, 9)"],
    [`${NUMBER} > 5 and ${NUMBER} >= 5 and ${NUMBER} <= 9 and ${NUMBER} < 9`, "(5, 9)"],
    [`${NUMBER} > 4 and ${NUMBER} >= 5 and ${NUMBER} < 9 and ${NUMBER} <= 8`, "[5, 8]"],
  ])("%s", (when, range) => {
    expect(filed(when)).toEqual([["range", range]]);
  });

  test("with all the literals that it is made of", () => {
    const { axes, items } = conjunctions(`${NUMBER} >= 5 and ${TEXT} == "a" and ${NUMBER} <= 7`);
    const [range, text] = [DispatchKind.range, DispatchKind.text].map((wanted) =>
      filingsOf(axes, items[0]!.literals).find(({ kind }) => kind === wanted),
    );
    expect(range?.literals).toHaveLength(2);
    expect(text?.literals).toHaveLength(1);
    expect(range?.keys).toEqual([]);
    const literals = new Set([...(range?.literals ?? []), ...(text?.literals ?? [])]);
    expect(literals).toEqual(new Set(items[0]!.literals));
  });
});

describe("a condition is on no axis", () => {
  test.each([
    `${TEXT} != "a"`,
    `${TEXT} not in words`,
    `not (${TEXT} contains "a")`,
    `${TEXT} in fed`,
    "ip in near",
    "has place and place == 10.0.0.0/8",
    `${TEXT} like "a*b*c"`,
    `${TEXT} matches /a[0-9]|bcd/`,
    `${TEXT} matches /[a-z]+/`,
    `host == ${TEXT}`,
    `has client and ${TEXT} in client.tags`,
    'has header["x-t"]',
    "has token.scopes and all of token.scopes in words",
  ])("%s", (when) => {
    const { axes, items } = conjunctions(when);
    expect(items.flatMap(({ literals }) => filingsOf(axes, literals))).toEqual([]);
  });

  test("that is of the response", () => {
    const { axes } = conjunctions(`${TEXT} == "a"`);
    const { conditions } = axes;
    const status = conditions.lower(equals(attributeOf("int", "response.status"), literalOf("int", 200)));
    const served = conditions.lower(attributeOf("bool", "served"));
    expect([status, served].flatMap((literal) => filingsOf(axes, [literal]))).toEqual([]);
  });
});

describe("of several conditions on one axis", () => {
  test.each<readonly [string, readonly unknown[]]>([
    [`${TEXT} in ["a", "b"] and ${TEXT} == "a"`, ["text", ["a"]]],
    [`${TEXT} == "a" and ${TEXT} in ["a", "b"]`, ["text", ["a"]]],
    [`${TEXT} contains "abc" and ${TEXT} contains "de"`, ["contained", ["abc"]]],
    [`${TEXT} contains "de" and ${TEXT} contains "abc"`, ["contained", ["abc"]]],
    [`${TEXT} matches /(?:abcd|efgh)[0-9]/ and ${TEXT} contains "x"`, ["contained", ["x"]]],
  ])("the one with fewest keys files, of texts to be found the longest: %s", (when, expected) => {
    expect(filed(when)).toEqual([expected]);
  });

  test("the first files where they tell as much", () => {
    const { axes, items } = conjunctions(`${TEXT} starts_with "ab" and ${TEXT} starts_with "a"`);
    expect(filingsOf(axes, items[0]!.literals)).toMatchObject([{ literals: [items[0]!.literals[0]] }]);
  });

  test("and those of other axes, or of other values, have their own", () => {
    const kinds = filed(`${TEXT} == "a" and ${TEXT} starts_with "a" and host == "h" and ip in 10.0.0.0/8`);
    expect(kinds.length).toBe(4);
    expect(new Set(filings(`${TEXT} == "a" and host == "h"`).map(({ slot }) => slot)).size).toBe(2);
  });
});

describe("globs and patterns", () => {
  test.each([
    [`${TEXT} like "a*abc*b"`, 1],
    [`${TEXT} matches /abc[0-9]/`, 1],
    [`${TEXT} contains "abc"`, 0],
    [`${TEXT} == "abc"`, 0],
  ])("are tested still, and nothing else is: %s", (when, count) => {
    const [filing] = filings(when);
    expect(filing?.tested).toEqual(count === 0 ? [] : filing?.literals);
  });

  test("require texts that most values have not", () => {
    expect(filed(`${TEXT} like "x*ab*y"`)).toEqual([["contained", ["ab"]]]);
    expect(filed(`${TEXT} like "x*a*y"`)).toEqual([]);
  });
});

test("whether a value is there needs no test where the value is looked up, unless it is that of another", () => {
  const both = (name: string): number[] => {
    const { axes, items } = conjunctions(`has header["x-t"] and has header["x-u"] and header["${name}"] == "a"`);
    const { conditions } = axes;
    return filingsOf(axes, items[0]!.literals).flatMap(({ slot, literals }) => [
      literals.length,
      literals.filter((literal) => conditions.tests[literal >> 1]!.a === slot).length,
    ]);
  };
  expect([both("x-t"), both("x-u")]).toEqual([
    [2, 2],
    [2, 2],
  ]);
  expect(filings('no header["x-u"] and has header["x-t"] and header["x-t"] == "a"')[0]?.literals).toHaveLength(2);
});

test("what reads state says so", () => {
  const bySlot = new Map(filings(`seen >= 5 and ${NUMBER} >= 6`).map(({ range, ofState }) => [range?.from, ofState]));
  expect([bySlot.get(5), bySlot.get(6)]).toEqual([true, false]);
  expect(filed("seen >= 5 and seen < 7")).toEqual([["range", "[5, 7)"]]);
});

test("members are looked up in the set and not in the constant", () => {
  const { axes, items } = conjunctions('has token.scopes and "s" in token.scopes');
  const [filing] = filingsOf(axes, items[0]!.literals);
  expect(axes.conditions.slots.op(filing!.slot)).toBe(SlotOp.tokenScopes);
});

test("a number in a set of the request is a key as it is, and a value of the request in one is none", () => {
  const rule = (left: Parameters<typeof equals>[0]): ReturnType<typeof makeRule> => {
    const right = {
      kind: "attribute",
      name: "client.expect",
      type: { scalar: "int", set: true },
      args: ["x"],
    } as const;
    const span = { file: 0, start: 0, end: 0 };
    return makeRule("r", {
      when: { kind: "in", type: { scalar: "bool", set: false }, span, left, right: { ...right, span } },
    });
  };
  const { axes, items } = conjunctionsOf(
    makePolicy({
      rules: [rule(literalOf("int", 7)), rule(literalOf("bool", true)), rule(attributeOf("int", "ip.asn"))],
    }),
  );
  expect(items.map(({ literals }) => filingsOf(axes, literals).map(({ kind, keys }) => [kind, keys]))).toEqual([
    [[DispatchKind.member, [7]]],
    [],
    [],
  ]);
});

test("only the two searches read whole texts", () => {
  expect(Object.values(DispatchKind).filter(isSearch)).toEqual([DispatchKind.contained, DispatchKind.containedFolded]);
});

test("an address is a network of its own", () => {
  expect(["10.0.0.1", "::1", "10.0.0.0/8", "::/0"].map(asNetwork)).toEqual([
    "10.0.0.1/32",
    "::1/128",
    "10.0.0.0/8",
    "::/0",
  ]);
});

test("what is not about a text inside another is searched by nothing", () => {
  const { axes, items } = conjunctions(`${TEXT} starts_with "abc"`);
  expect(searchedBy(axes.pool, axes.conditions.tests[items[0]!.literals[0]! >> 1]!)).toBeNull();
});

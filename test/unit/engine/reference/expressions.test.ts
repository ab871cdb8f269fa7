/** What each kind of expression comes to, and what a missing value makes of it. */
import { describe, expect, test } from "vitest";
import type { Expr, Policy, ScalarType, Value } from "../../../../engine/index.ts";
import { evaluate, type Scope, truth } from "../../../../engine/reference/expressions.ts";
import { readFacts } from "../../../../engine/reference/facts.ts";
import { statelessScope } from "../../../../engine/reference/scope.ts";
import { makeRequest } from "../../../../engine/request.ts";
import { attributeOf, literalOf, makePolicy } from "../../../helpers/policies.ts";

const SPAN = { file: 0, start: 0, end: 0 };
const BOOL = { scalar: "bool", set: false } as const;
const LARGEST = 2 ** 53;
const YES = literalOf("bool", true);
const NO = literalOf("bool", false);
const MISSING = attributeOf("string", "header", "x-none");

function node(fields: Record<string, unknown>, type: Expr["type"] = BOOL): Expr {
  return { type, span: SPAN, ...fields } as unknown as Expr;
}

function scopeOf(policy: Policy = makePolicy({}), parts: Partial<Scope> = {}): Scope {
  return { ...statelessScope(policy, readFacts(policy, makeRequest({ host: "abc" }), 0)), ...parts };
}

function value(expr: Expr, scope: Scope = scopeOf()): Value | undefined {
  return evaluate(expr, scope);
}

const int = (number: number): Expr => literalOf("int", number);
const text = (string: string): Expr => literalOf("string", string);
const set = (scalar: ScalarType, ...values: (string | number)[]): Expr => literalOf(scalar, values);

describe("comparisons", () => {
  const compare = (op: string, left: Expr, right: Expr): Value | undefined =>
    value(node({ kind: "compare", op, left, right }));

  test.each([
    ["==", [false, true, false]],
    ["!=", [true, false, true]],
    ["<", [true, false, false]],
    ["<=", [true, true, false]],
    [">", [false, false, true]],
    [">=", [false, true, true]],
  ] as const)("%s of numbers, texts and evidence", (op, expected) => {
    expect([2, 3, 4].map((left) => compare(op, int(left), int(3)))).toEqual(expected);
    expect(["a", "b", "c"].map((left) => compare(op, text(left), text("b")))).toEqual(expected);
    const ranked = ["network", "static_secret", "signed_request"];
    expect(ranked.map((left) => compare(op, literalOf("enum", left), literalOf("enum", "static_secret")))).toEqual(
      expected,
    );
  });

  test("of other members of an enumeration are of their names", () => {
    expect(compare("==", literalOf("enum", "gold"), literalOf("enum", "gold"))).toBe(true);
    expect(compare("==", literalOf("enum", "gold"), literalOf("enum", "none"))).toBe(false);
    expect(compare("!=", literalOf("enum", "gold"), literalOf("enum", "silver"))).toBe(true);
  });

  test("of what is missing never hold", () => {
    for (const op of ["==", "!=", "<", "<=", ">", ">="]) {
      expect([compare(op, MISSING, text("a")), compare(op, text("a"), MISSING), compare(op, MISSING, MISSING)]).toEqual(
        [false, false, false],
      );
    }
  });
});

describe("sets", () => {
  const isIn = (left: Expr, right: Expr): Value | undefined => value(node({ kind: "in", left, right }));

  test("hold what is one of them", () => {
    expect([
      isIn(text("a"), set("string", "b", "a")),
      isIn(text("c"), set("string", "b", "a")),
      isIn(int(1), set("int", 1)),
    ]).toEqual([true, false, true]);
    expect([isIn(text("a"), set("string")), isIn(MISSING, set("string", "a")), isIn(text("a"), text("a"))]).toEqual([
      false,
      false,
      true,
    ]);
    expect([isIn(text("a"), MISSING), isIn(text("1"), set("int", 1))]).toEqual([false, false]);
  });

  test("of networks hold what lies in one of them", () => {
    const networks = set("network", "192.0.2.0/24", "10.0.0.0/8");
    expect(["10.1.2.3", "192.0.2.9", "11.0.0.1"].map((ip) => isIn(literalOf("ip", ip), networks))).toEqual([
      true,
      true,
      false,
    ]);
    expect(
      ["10.1.0.0/16", "10.0.0.0/8", "0.0.0.0/0"].map((each) => isIn(literalOf("network", each), networks)),
    ).toEqual([true, true, false]);
    expect([isIn(literalOf("ip", "10.0.0.1"), set("network", "ten")), isIn(text("ten"), networks)]).toEqual([
      false,
      false,
    ]);
    expect(isIn(literalOf("ip", "10.0.0.1"), set("ip", "10.0.0.0/8"))).toBe(false);
  });

  test("are compared by any or all of their members", () => {
    const of = (kind: string, left: Expr): Value | undefined =>
      value(node({ kind, left, right: set("string", "a", "b") }));
    const cases = [set("string", "a", "b"), set("string", "a", "c"), set("string", "c"), set("string"), MISSING];
    expect(cases.map((each) => of("any_of", each))).toEqual([true, true, false, false, false]);
    expect(cases.map((each) => of("all_of", each))).toEqual([true, false, false, true, true]);
  });

  test("of a list are its values, and of one that is not there none", () => {
    const lists: Policy["lists"] = [{ name: "l", doc: "", span: SPAN, type: "string", values: ["abc"], file: null }];
    const list = (index: number): Expr => node({ kind: "list", index }, { scalar: "string", set: true });
    const scope = scopeOf(makePolicy({ lists }));
    const holds = (index: number): Value | undefined =>
      value(node({ kind: "in", left: text("abc"), right: list(index) }), scope);
    expect([holds(0), holds(1), value(list(0), scope), value(list(1), scope)]).toEqual([true, false, ["abc"], []]);
  });
});

describe("texts", () => {
  test.each([
    ["contains", "b", true],
    ["contains", "ac", false],
    ["starts_with", "ab", true],
    ["starts_with", "b", false],
    ["ends_with", "bc", true],
    ["ends_with", "b", false],
    ["like", "a*c", true],
    ["like", "a*", true],
    ["like", "b*", false],
  ])("abc %s %s: %s", (kind, each, expected) => {
    expect(value(node({ kind, left: text("abc"), text: each }))).toBe(expected);
    expect([value(node({ kind, left: MISSING, text: each })), value(node({ kind, left: int(1), text: each }))]).toEqual(
      [false, false],
    );
  });

  test("are searched for a pattern", () => {
    const root = { kind: "set", ranges: [[98, 98]] };
    const matches = (left: Expr): Value | undefined =>
      value(node({ kind: "matches", left, pattern: { source: "b", ignoreCase: false, root } }));
    expect([matches(text("abc")), matches(text("ac")), matches(MISSING), matches(int(1))]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe("logic", () => {
  test("of missing truths takes them for false", () => {
    const maybe = attributeOf("bool", "header", "x-none");
    const of = (kind: string, ...items: readonly Expr[]): Value | undefined => value(node({ kind, items }));
    expect([of("and", YES, YES), of("and", YES, NO), of("and"), of("and", YES, maybe)]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect([of("or", NO, YES), of("or", NO, NO), of("or"), of("or", maybe, YES)]).toEqual([true, false, false, true]);
    expect([YES, NO, maybe].map((item) => value(node({ kind: "not", item })))).toEqual([false, true, true]);
  });

  test("has no condition hold always, and none but truth", () => {
    const scope = scopeOf();
    expect([
      truth(null, scope),
      truth(YES, scope),
      truth(NO, scope),
      truth(int(1), scope),
      truth(MISSING, scope),
    ]).toEqual([true, true, false, false, false]);
  });

  test("knows what is there, and takes the first that is", () => {
    const host = attributeOf("string", "host");
    expect([host, MISSING].map((attribute) => value(node({ kind: "has", attribute })))).toEqual([true, false]);
    const first = (...options: readonly Expr[]): Value | undefined => value(node({ kind: "default", options }));
    expect([first(MISSING, host, text("x")), first(text(""), host), first(MISSING), first()]).toEqual([
      "abc",
      "",
      undefined,
      undefined,
    ]);
  });
});

describe("numbers", () => {
  const of = (kind: string, left: number, right: number): Value | undefined =>
    value(node({ kind, left: int(left), right: int(right) }));

  test("are added, taken away and multiplied within what is exact", () => {
    expect([of("+", 2, 3), of("-", 2, 3), of("*", 2, 3)]).toEqual([5, -1, 6]);
    expect([of("+", LARGEST, 9), of("-", -LARGEST, 9), of("*", LARGEST, -2), of("*", LARGEST, 2)]).toEqual([
      LARGEST,
      -LARGEST,
      -LARGEST,
      LARGEST,
    ]);
    expect([of("*", 0, -3), of("ratio", 0, -3)].map((each) => Object.is(each, 0))).toEqual([true, true]);
  });

  test("have a ratio in percent, which is none of nothing", () => {
    expect([of("ratio", 1, 4), of("ratio", 3, 2), of("ratio", 5, 0), of("ratio", -1, 4)]).toEqual([25, 150, 0, -25]);
  });
});

describe("choices", () => {
  test("of a class are the first case that holds, else its last word", () => {
    const cases = (...whens: readonly Expr[]): Value | undefined =>
      value(
        node({
          kind: "cases",
          cases: whens.map((when, index) => ({ when, value: text(`c${index}`) })),
          otherwise: text("else"),
        }),
      );
    expect([cases(NO, YES, YES), cases(NO), cases(MISSING, YES)]).toEqual(["c1", "else", "c1"]);
  });

  test("of a table are by its key, else its default", () => {
    const tables: Policy["tables"] = [
      {
        name: "t",
        doc: "",
        span: SPAN,
        keyType: "string",
        valueType: "int",
        entries: [
          ["a", 1],
          ["b", 0],
        ],
        otherwise: 9,
      },
    ];
    const scope = scopeOf(makePolicy({ tables }));
    const look = (key: Expr, index = 0): Value | undefined => value(node({ kind: "lookup", index, key }), scope);
    expect([look(text("a")), look(text("b")), look(text("c")), look(MISSING), look(text("a"), 1)]).toEqual([
      1,
      0,
      9,
      9,
      undefined,
    ]);
  });
});

describe("names", () => {
  test("are worked out once a request, those of what is missing too", () => {
    let read = 0;
    const score = node({ kind: "score", index: 0 }, { scalar: "int", set: false });
    const expr = node({ kind: "+", left: score, right: int(1) });
    const lets: Policy["lets"] = [
      { name: "n", doc: "", span: SPAN, expr },
      { name: "m", doc: "", span: SPAN, expr: MISSING },
    ];
    const scope = scopeOf(makePolicy({ lets }), { score: () => ++read });
    const name = (index: number): Expr => node({ kind: "let", index });
    expect([value(name(0), scope), value(name(0), scope), read]).toEqual([2, 2, 1]);
    expect([value(name(1), scope), scope.lets.has(1), value(name(1), scope)]).toEqual([undefined, true, undefined]);
  });

  test("of state are read by their place", () => {
    const scope = scopeOf(undefined, {
      signal: (index) => index === 2,
      score: (index) => 10 * index,
      used: (index) => 100 * index,
    });
    const read = (kind: string, index: number): Value | undefined => value(node({ kind, index }), scope);
    expect([read("signal", 2), read("signal", 1), read("score", 3), read("used", 2)]).toEqual([true, false, 30, 200]);
  });
});

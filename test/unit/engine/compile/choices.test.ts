/** Classes, tables and windows in conditions, keys and comparisons, on the compiled engine. */
import { expect, test } from "vitest";
import { choiceOf, comparer, rankOf } from "../../../../engine/compile/choices.ts";
import { compile } from "../../../../engine/compile/compile.ts";
import { createEngine, type Expr, makeRequest, type Policy, type ScalarType } from "../../../../engine/index.ts";
import { attributeOf, equals, kindIs, literalOf, makePolicy, makeRule, makeSignal } from "../../../helpers/policies.ts";

const SPAN = { file: 0, start: 0, end: 0 };
const BOOL = { scalar: "bool", set: false } as const;
const NOW = 1_767_225_600_000_000;

function expr(fields: Partial<Expr> & { readonly kind: Expr["kind"] }, scalar: ScalarType): Expr {
  return { type: { scalar, set: false }, span: SPAN, ...fields } as Expr;
}

function enumLiteral(value: string): Extract<Expr, { kind: "literal" }> {
  return literalOf("enum", value) as Extract<Expr, { kind: "literal" }>;
}

/** `class tier = gold when kind is a, silver when kind is b, gold when kind is c, else bronze` */
const TIER: Expr = expr(
  {
    kind: "cases",
    cases: [
      { when: kindIs("a"), value: enumLiteral("gold") },
      { when: kindIs("b"), value: enumLiteral("silver") },
      { when: kindIs("c"), value: enumLiteral("gold") },
    ],
    otherwise: enumLiteral("bronze"),
  },
  "enum",
);
const READ_TIER = expr({ kind: "let", index: 0 }, "enum");
const POLICY: Partial<Policy> = {
  lets: [{ name: "tier", doc: "", span: SPAN, expr: TIER }],
  tables: [
    {
      name: "most",
      doc: "",
      span: SPAN,
      keyType: "enum",
      valueType: "int",
      entries: [
        ["gold", 100],
        ["silver", 10],
      ],
      otherwise: 1,
    },
  ],
};
const MOST = expr({ kind: "lookup", index: 0, key: READ_TIER }, "int");

function compare(left: Expr, op: "==" | "!=" | "<" | ">=", right: Expr): Expr {
  return { kind: "compare", type: BOOL, span: SPAN, op, left, right };
}

function holding(conditions: Readonly<Record<string, Expr>>, kind: string): readonly string[] {
  const rules = Object.entries(conditions).map(([name, when]) => makeRule(name, { when }));
  const engine = createEngine(makePolicy({ ...POLICY, rules }));
  return engine.decide(makeRequest({ headers: { "x-kind": kind } }), NOW).toDecision().matched;
}

test("a class is decided from the top", () => {
  const conditions = {
    gold: equals(READ_TIER, enumLiteral("gold")),
    notGold: compare(READ_TIER, "!=", enumLiteral("gold")),
    silver: equals(enumLiteral("silver"), READ_TIER),
    low: {
      kind: "in",
      type: BOOL,
      span: SPAN,
      left: READ_TIER,
      right: { ...literalOf("enum", ["silver", "bronze"]) },
    } as Expr,
  };
  expect(holding(conditions, "a")).toEqual(["gold"]);
  expect(holding(conditions, "b")).toEqual(["notGold", "silver", "low"]);
  expect(holding(conditions, "c")).toEqual(["gold"]);
  expect(holding(conditions, "other")).toEqual(["notGold", "low"]);
});

test("a table is total, and its values compare", () => {
  const conditions = {
    many: compare(MOST, ">=", literalOf("int", 10)),
    few: compare(MOST, "<", literalOf("int", 10)),
    hundred: equals(MOST, literalOf("int", 100)),
    /** Both sides of the request: the value itself is looked up. */
    ofBody: compare(attributeOf("size", "body.size"), "<", MOST),
  };
  expect(holding(conditions, "a")).toEqual(["many", "hundred", "ofBody"]);
  expect(holding(conditions, "b")).toEqual(["many", "ofBody"]);
  expect(holding(conditions, "none")).toEqual(["few", "ofBody"]);
});

test("comparing a class with a literal is a condition over its cases, so it reads no value", () => {
  const program = compile(
    makePolicy({ ...POLICY, rules: [makeRule("r", { when: equals(READ_TIER, enumLiteral("gold")) })] }),
  );
  const again = compile(makePolicy({ ...POLICY, rules: [makeRule("r", { when: kindIs("a") })] }));
  expect(new Set(program.slots.op)).toEqual(new Set(again.slots.op));
});

test("a class is a good key: one state a member", () => {
  const signals = [makeSignal("per_tier", 60_000_000, { keys: [{ options: [READ_TIER] }] })];
  const engine = createEngine(makePolicy({ ...POLICY, signals }));
  for (const kind of ["a", "b", "c", "d"]) engine.decide(makeRequest({ headers: { "x-kind": kind } }), NOW);
  const countOf = (value: string): number => engine.readings.signal("per_tier", [{ option: 0, value }], NOW);
  expect(["gold", "silver", "bronze"].map(countOf)).toEqual([2, 1, 1]);
});

test.each<readonly [ScalarType, string, string]>([
  ["ip", "203.0.113.9", "203.0.113.10"],
  ["network", "203.0.113.0/24", "203.0.0.0/16"],
])("a table of %s keys knows them by value, and no network by one inside it", (keyType, key, other) => {
  const read = keyType === "ip" ? attributeOf("ip", "ip") : attributeOf("network", "ip.network", 24, 64);
  const tableOf = (known: string): Partial<Policy> => ({
    tables: [
      { name: "t", doc: "", span: SPAN, keyType, valueType: "string", entries: [[known, "yes"]], otherwise: "no" },
    ],
  });
  const value = expr({ kind: "lookup", index: 0, key: read }, "string");
  const folded = equals(value, literalOf("string", "yes"));
  const looked = equals(value, attributeOf("string", "host"));
  for (const [known, matched] of [
    [key, ["folded", "looked"]],
    [other, []],
  ] as const) {
    const rules = [makeRule("folded", { when: folded }), makeRule("looked", { when: looked })];
    const engine = createEngine(makePolicy({ ...tableOf(known), rules }));
    expect(engine.decide(makeRequest({ ip: "203.0.113.9", host: "yes" }), NOW).toDecision().matched).toEqual(matched);
  }
});

test("`now in` a window asks the clock of its zone", () => {
  const windows: Policy["windows"] = [
    {
      name: "night",
      doc: "",
      span: SPAN,
      recurrence: { kind: "daily", from: 0, to: 3_600_000_000, zone: "Europe/Rome" },
    },
  ];
  const engine = createEngine(
    makePolicy({ windows, rules: [makeRule("asleep", { when: attributeOf("bool", "now.in", 0) })] }),
  );
  const matchedAt = (now: number): readonly string[] => engine.decide(makeRequest({}), now).toDecision().matched;
  expect([matchedAt(NOW - 3_600_000_001), matchedAt(NOW - 3_600_000_000), matchedAt(NOW)]).toEqual([
    [],
    ["asleep"],
    [],
  ]);
});

test("needs names the facts that something reads, through classes and tables", () => {
  const fact = (name: string): Policy["facts"][number] => ({
    name,
    doc: "",
    span: SPAN,
    type: "string",
    header: `x-${name}`,
  });
  const when = equals(attributeOf("string", "fact", "b"), literalOf("string", "x"));
  const lets = [
    { name: "c", doc: "", span: SPAN, expr: { ...TIER, cases: [{ when, value: enumLiteral("gold") }] } as Expr },
  ];
  const tables = POLICY.tables!;
  const key = attributeOf("string", "fact", "c");
  const rules = [makeRule("r", { when: equals(expr({ kind: "lookup", index: 0, key }, "int"), literalOf("int", 1)) })];
  const { needs } = createEngine(makePolicy({ facts: ["a", "b", "c"].map(fact), lets, tables, rules }));
  expect(needs.facts).toEqual([1, 2]);
});

test.each([
  ["==", [false, true, false]],
  ["!=", [true, false, true]],
  ["<", [true, false, false]],
  ["<=", [true, true, false]],
  [">", [false, false, true]],
  [">=", [false, true, true]],
] as const)("%s compares numbers, and evidence by its rank", (op, expected) => {
  expect([2, 3, 4].map(comparer(op, 3))).toEqual(expected);
  expect([-1, 0, 1].map(comparer(op, 0))).toEqual(expected);
  expect(["network", "static_secret", "signed_request"].map(comparer(op, "static_secret"))).toEqual(expected);
});

test("evidence has the rank that it has in the language, and other texts none", () => {
  expect(["none", "network", "static_secret", "other"].map(rankOf)).toEqual([0, 1, 2, -1]);
});

test("equality is of the value, not of its rank or number", () => {
  expect(["a", "b"].map(comparer("==", "a"))).toEqual([true, false]);
  expect(["a", "b"].map(comparer("!=", "a"))).toEqual([false, true]);
  expect([true, 1].map(comparer("==", true))).toEqual([true, false]);
});

test("a class or a table is found behind its names, and nothing else is", () => {
  const lets = [READ_TIER, MOST, TIER].map((each, index) => ({ name: `l${index}`, doc: "", span: SPAN, expr: each }));
  const nested: Policy["lets"] = [{ name: "tier", doc: "", span: SPAN, expr: TIER }, ...lets];
  const policy = makePolicy({ ...POLICY, lets: nested });
  const read = (index: number): Expr => expr({ kind: "let", index }, "enum");
  expect([choiceOf(policy, TIER), choiceOf(policy, read(1)), choiceOf(policy, read(2))]).toEqual([TIER, TIER, MOST]);
  expect([choiceOf(policy, kindIs("a")), choiceOf(policy, enumLiteral("gold"))]).toEqual([null, null]);
});

test("a table with no entry that fits, or none that does not, is as its default", () => {
  const table = (otherwise: number): Partial<Policy> => ({
    ...POLICY,
    tables: POLICY.tables?.map((each) => ({ ...each, otherwise })) ?? [],
  });
  const matchedWith = (otherwise: number, when: Expr): readonly string[] => {
    const engine = createEngine(makePolicy({ ...table(otherwise), rules: [makeRule("r", { when })] }));
    const kinds = ["a", "b", "none"];
    return kinds.filter(
      (kind) => engine.decide(makeRequest({ headers: { "x-kind": kind } }), NOW).toDecision().matched.length > 0,
    );
  };
  expect(matchedWith(1, equals(MOST, literalOf("int", 7)))).toEqual([]);
  expect(matchedWith(1, compare(MOST, "!=", literalOf("int", 7)))).toEqual(["a", "b", "none"]);
  // "none" is bronze, which is not in the table.
  expect(matchedWith(100, equals(MOST, literalOf("int", 100)))).toEqual(["a", "none"]);
  expect(matchedWith(10, compare(MOST, "!=", literalOf("int", 100)))).toEqual(["b", "none"]);
});

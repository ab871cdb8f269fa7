/** Slots: the place of each value that is read, what it is computed from, and that equal values share one. */
import { describe, expect, test } from "vitest";
import { ConditionBuilder } from "../../../../engine/compile/conditions.ts";
import { ConstantPool } from "../../../../engine/compile/constants.ts";
import { SlotBuilder, type SlotTables } from "../../../../engine/compile/slots.ts";
import type { Expr, Policy, ScalarType, Value } from "../../../../engine/index.ts";
import { Level, SlotOp, ValueKind } from "../../../../engine/layout.ts";
import { policyOf } from "../../../helpers/compiled.ts";
import { attributeOf, literalOf, makePolicy } from "../../../helpers/policies.ts";

const HEAD = `route item = GET "/shops/{shop}/items/{id}"
route order = POST "/orders/{id}" { body { amount: int from "lines.total", name: string from "who.name" } }
route pay = POST "/pay" { body { amount: int from "total" } }
identity { jwt "https://id.example.com" { audience "a" keys "https://id.example.com/jwks.json" claims { tenant: string from "org.tenant", level: int } } }
fact depth : int from header "x-depth"
fact place : network from header "x-place"
window night = daily 22:00 to 06:00 "UTC"
list words : string = ["v", "w"]
table points : string -> int = { "a": 1, "b": 2, "c": 1 } else 0
signal seen = count per ip over 1m
signal answered = count where response.status == 200 per ip over 1m
signal passed = count where served per ip over 1m
signal fresh = novel(ip) per host over 1h
signal last = elapsed(order) per ip over 1m
signal odd = deviation per ip over 1m against 1h
limit l per ip allow 5 per 1s
score heat { +1 when seen > 5 }
class grade = gold when (depth ?? 0) > 5, silver when (depth ?? 0) > 3, else bronze
`;
const TEXT = '(header["x-t"] ?? "")';
const OPS = Object.fromEntries(Object.entries(SlotOp).map(([name, op]) => [op, name]));
const KINDS = Object.fromEntries(Object.entries(ValueKind).map(([name, kind]) => [kind, name]));

class Built {
  readonly policy: Policy;
  readonly pool: ConstantPool = new ConstantPool();
  readonly slots: SlotBuilder;
  readonly conditions: ConditionBuilder;

  constructor(policy: Policy) {
    this.policy = policy;
    this.slots = new SlotBuilder(policy, this.pool);
    this.conditions = new ConditionBuilder(policy, this.pool, this.slots);
  }

  value(expr: Expr): number {
    return this.slots.value(expr, this.conditions);
  }

  /** The slot of the value of a `let`. */
  named(name: string): number {
    const found = this.policy.lets.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no \`${name}\``);
    return this.value(found.expr);
  }

  row(slot: number): { readonly op: string; readonly kind: string; readonly a: number; readonly b: number } {
    const { op, kind, a, b } = this.slots.finish();
    return { op: OPS[op[slot]!] ?? "", kind: KINDS[kind[slot]!] ?? "", a: a[slot]!, b: b[slot]! };
  }

  get tables(): SlotTables {
    return this.slots.finish();
  }
}

/** The slots of expressions, which become `let`s. */
function built(...expressions: readonly string[]): { readonly made: Built; readonly found: readonly number[] } {
  const lets = expressions.map((expr, index) => `let x${index} = ${expr}`);
  const made = new Built(policyOf(HEAD + lets.join("\n")));
  return { made, found: expressions.map((_, index) => made.named(`x${index}`)) };
}

/** Operation, kind and level of an expression's slot. */
function plan(expr: string): readonly unknown[] {
  const { made, found } = built(expr);
  const { op, kind } = made.row(found[0]!);
  return [op, kind, made.slots.level(found[0]!)];
}

describe("a value is read", () => {
  test.each<readonly [string, string, string, number]>([
    ["method", "method", "text", 0],
    ["query.count", "queryCount", "number", 0],
    ["ip", "ip", "ip", 0],
    ["ip.network", "ipNetwork", "network", 0],
    ["path.ambiguous", "ambiguous", "bool", 0],
    ["depth ?? 5", "first", "number", 0],
    [`points[${TEXT}]`, "lookup", "number", 0],
    ["1 + query.count", "add", "number", 0],
    ["query.count - 1", "subtract", "number", 0],
    ["query.count * 2", "multiply", "number", 0],
    ["ratio(seen, passed)", "ratio", "number", Level.state | Level.late],
    ["seen", "signal", "number", Level.state],
    ["seen + query.count", "add", "number", Level.state],
    ["passed", "signal", "number", Level.state | Level.late],
    ["answered", "signal", "number", Level.state],
    ["last", "signal", "number", Level.state | Level.late],
    ["odd", "signal", "number", Level.state | Level.late],
    ["fresh", "signal", "bool", Level.state | Level.late],
    ["heat", "score", "number", Level.state],
    ["used(l)", "used", "number", Level.state | Level.late],
    ["grade", "cases", "text", 0],
    ["seen > 5", "condition", "bool", Level.state],
    ["method is GET and path.ambiguous", "condition", "bool", 0],
    ['now.hour("UTC")', "hour", "number", 0],
    ["now in night", "inWindow", "bool", 0],
  ])("%s as %s of kind %s", (expr, op, kind, level) => {
    expect(plan(expr)).toEqual([op, kind, level]);
  });
});

describe("constants are of the kind of their type", () => {
  test.each<readonly [ScalarType, Value, string]>([
    ["ip", "10.0.0.1", "ip"],
    ["network", "10.0.0.0/8", "network"],
    ["rate", { allow: 1, perMicros: 5, burst: 2 }, "rate"],
    ["bool", true, "bool"],
    ["string", "a", "text"],
    ["path", "/a", "text"],
    ["enum", "gold", "text"],
    ["int", 7, "number"],
    ["duration", 7, "number"],
    ["string", ["a", "b"], "set"],
  ])("%s %j is %s", (type, value, kind) => {
    const made = new Built(makePolicy({}));
    const slot = made.value(literalOf(type, value));
    expect(made.row(slot)).toMatchObject({ op: "constant", kind, b: 0 });
    expect(made.slots.level(slot)).toBe(0);
    const held = made.pool.finish();
    const at = made.slots.constantOf(slot);
    const found: unknown = {
      text: held.texts[at],
      number: held.numbers[at],
      bool: held.numbers[at] === 1,
      set: held.arrays[at],
    }[kind];
    if (kind === "ip" || kind === "network") expect(held.addresses.length).toBeGreaterThan(0);
    else if (kind === "rate") expect(held.rates[at]).toMatchObject({ allow: 1, perMicros: 5, burst: 2 });
    else expect(found).toEqual(value);
  });

  test("a list is the set of its values", () => {
    const made = new Built(policyOf(HEAD));
    const type = { scalar: "string", set: true } as const;
    const slot = made.value({ kind: "list", type, span: { file: 0, start: 0, end: 0 }, index: 0 });
    expect(made.row(slot)).toMatchObject({ op: "constant", kind: "set" });
    expect(made.pool.finish().arrays[made.slots.constantOf(slot)]).toEqual(["v", "w"]);
  });
});

describe("equal values share a slot", () => {
  test.each([
    TEXT,
    "query.count + 1",
    "ip.network(20, 60)",
    `points[${TEXT}]`,
    "grade",
    "seen",
    "heat",
    "used(l)",
    "method is GET",
    "x0 + 0",
  ])("%s", (expr) => {
    const { found } = expr.startsWith("x0") ? built("query.count + 5", expr, expr) : built(expr, expr);
    expect(found.at(-1)).toBe(found.at(-2));
  });

  test.each([
    [TEXT, '(header["x-u"] ?? "")'],
    [TEXT, '(header["x-t"] ?? "other")'],
    [TEXT, '(query["x-t"] ?? "")'],
    ["query.count + 1", "query.count - 1"],
    ["query.count - 1", "1 - query.count"],
    ["ip.network(20, 60)", "ip.network(20, 61)"],
    ["ip.network(20, 60)", "ip.network(21, 60)"],
    [`points[${TEXT}]`, "points[host]"],
    ["seen", "passed"],
    ["seen", "heat"],
    ['now.hour("UTC")', 'now.hour("Europe/Berlin")'],
  ])("and others do not: %s and %s", (one, other) => {
    const { found } = built(one, other);
    expect(found[0]).not.toBe(found[1]);
  });
});

describe("attributes take their arguments along", () => {
  const read = (expr: Expr): { made: Built; row: ReturnType<Built["row"]> } => {
    const made = new Built(policyOf(HEAD));
    return { made, row: made.row(made.value(expr)) };
  };

  test("names of headers, each once", () => {
    const { made, found } = built('(header["x-t"] ?? "") ', '(cookie["sid"] ?? "")');
    const { names, a } = made.tables;
    const reads = found.flatMap((slot) => made.slots.operands(slot)).filter((slot) => made.row(slot).op !== "constant");
    expect(reads.map((slot) => [made.row(slot).op, names[a[slot]!]])).toEqual([
      ["header", "x-t"],
      ["cookie", "sid"],
    ]);
    expect(names).toEqual(["x-t", "sid"]);
  });

  test("lengths of prefixes, 24 and 64 where none are said", () => {
    const lengths = (...args: number[]): readonly number[] => {
      const { row } = read(attributeOf("network", "ip.network", ...args));
      return [row.a, row.b];
    };
    expect([lengths(), lengths(20), lengths(20, 60)]).toEqual([
      [24, 64],
      [20, 64],
      [20, 60],
    ]);
  });

  test("where a parameter stands in each route that has it", () => {
    const { made, row } = read(attributeOf("string", "param", "id"));
    expect([row.op, made.tables.parameters[row.a]]).toEqual([
      "parameter",
      new Map([
        [0, 3],
        [1, 1],
      ]),
    ]);
    const { made: other, row: shop } = read(attributeOf("string", "param", "shop"));
    expect(other.tables.parameters).toEqual([new Map([[0, 1]])]);
    expect(shop.a).toBe(0);
  });

  test("the body fields of that name, by route", () => {
    const { made, row } = read(attributeOf("int", "body", "amount"));
    expect([row.op, row.kind]).toEqual(["body", "number"]);
    expect(made.tables.bodyFields.length).toBe(1);
    const fields = made.tables.bodyFields[row.a]!;
    expect(Array.from(fields, ([route, { path, type }]) => [route, path, type])).toEqual([
      [1, ["lines", "total"], "int"],
      [2, ["total"], "int"],
    ]);
    expect(read(attributeOf("string", "body", "name")).row.kind).toBe("text");
  });

  test("the type of a fact and of a claim, and where they are found", () => {
    const { made, row } = read(attributeOf("network", "fact", "place"));
    expect([row.op, row.kind, made.tables.fields[row.a]]).toEqual([
      "fact",
      "network",
      { path: ["place"], type: "network" },
    ]);
    const { made: other, row: claim } = read(attributeOf("string", "token.field", "tenant"));
    expect([claim.op, claim.kind, other.tables.fields[claim.a]]).toMatchObject([
      "tokenField",
      "text",
      { path: ["org", "tenant"], type: "string" },
    ]);
    expect(other.tables.fields.length).toBe(1);
    expect(read(attributeOf("int", "token.field", "level")).row.kind).toBe("number");
    expect(() => read(attributeOf("int", "fact", "none"))).toThrow("no fact `none` is declared");
    expect(() => read(attributeOf("int", "token.field", "none"))).toThrow("no claim `none` is declared");
  });

  test("the window that the time is in", () => {
    const { made, found } = built("now in night");
    const [window = -1] = [...made.tables.op.keys()].filter((slot) => made.tables.op[slot] === SlotOp.inWindow);
    expect([found.length, made.row(window).a, made.tables.names]).toEqual([1, 0, []]);
  });

  test("nothing where they have none", () => {
    const { made, row } = read(attributeOf("string", "host"));
    expect([row.a, row.b, made.tables.names]).toEqual([0, 0, []]);
  });
});

describe("what a slot is computed from", () => {
  test("are the values that it is the first of", () => {
    const { made, found } = built('header["x-a"] ?? header["x-b"] ?? "none"');
    const operands = made.slots.operands(found[0]!);
    expect(operands.map((slot) => made.row(slot).op)).toEqual(["header", "header", "constant"]);
    const { lists, a, b } = made.tables;
    expect([...lists.subarray(a[found[0]!], b[found[0]!])]).toEqual([...operands]);
    expect(lists.length).toBe(3);
  });

  test("are both sides of arithmetic, and the key of a look-up", () => {
    const { made, found } = built(
      "query.count - header.count",
      "query.count + 1",
      "ratio(seen, passed)",
      `points[${TEXT}]`,
      "seen",
      "seen > 5",
      "grade",
      "used(l)",
    );
    const opsOf = (slot: number): readonly string[] => made.slots.operands(slot).map((each) => made.row(each).op);
    expect(found.map(opsOf)).toEqual([
      ["queryCount", "headerCount"],
      ["queryCount", "constant"],
      ["signal", "signal"],
      ["first"],
      [],
      [],
      [],
      [],
    ]);
    const rank = made.slots.evidenceRank(made.value(attributeOf("enum", "evidence")));
    expect([made.row(rank).op, made.row(rank).kind, opsOf(rank)]).toEqual(["evidenceRank", "number", ["evidence"]]);
    expect(made.slots.evidenceRank(made.value(attributeOf("enum", "evidence")))).toBe(rank);
  });

  test("are conditions, of a truth and of each case", () => {
    const { made, found } = built("seen > 5", "grade", "query.count");
    const [truth, cases, count] = found.map((slot) => made.slots.conditionsOf(slot));
    expect([truth?.length, cases?.length, count]).toEqual([1, 2, []]);
    expect(made.conditions.levelOf(truth![0]!)).toBe(Level.state);
    expect(made.slots.allConditions()).toEqual([...truth!, ...cases!]);
    const { lists, a, b } = made.tables;
    const pairs = [...lists.subarray(a[found[1]!], b[found[1]!])];
    expect([pairs[0], pairs[2]]).toEqual(cases);
    const texts = [1, 3, 4].map((at) => made.pool.finish().texts[made.slots.constantOf(pairs[at]!)]);
    expect(texts).toEqual(["gold", "silver", "bronze"]);
  });

  test("of a look-up are the slots of its values, one for each different value", () => {
    const { made, found } = built(`points[${TEXT}]`);
    expect(made.tables.tables.length).toBe(1);
    const { slots, otherwise } = made.tables.tables[made.row(found[0]!).b]!;
    const numberIn = (slot: number): number => made.pool.finish().numbers[made.slots.constantOf(slot)]!;
    expect(Array.from(slots, ([key, slot]) => [key, numberIn(slot)])).toEqual([
      ["a", 1],
      ["b", 2],
      ["c", 1],
    ]);
    expect([slots.get("a") === slots.get("c"), numberIn(otherwise)]).toEqual([true, 0]);
  });
});

test("a level is that of all that is read", () => {
  const { made, found } = built(`points[${TEXT}] + seen`, "x0 * passed", 'header["a"] ?? "b"');
  expect(found.map((slot) => made.slots.level(slot))).toEqual([Level.state, Level.state | Level.late, 0]);
  expect(made.slots.level(made.value(attributeOf("int", "response.status")))).toBe(Level.outcome);
});

test("the route is read by its number, once", () => {
  const made = new Built(policyOf(HEAD));
  expect([made.slots.routeIndex(), made.slots.routeIndex()]).toEqual([0, 0]);
  expect(made.row(0)).toEqual({ op: "routeIndex", kind: "number", a: 0, b: 0 });
  expect(made.slots.op(0)).toBe(SlotOp.routeIndex);
});

/** Values of JSON: own members alone, of the declared type alone, folded over arrays. */
import { describe, expect, test } from "vitest";
import { compile } from "../../../../engine/compile/compile.ts";
import { ADDRESS_WORDS, formatNetwork } from "../../../../engine/facts/address.ts";
import { makeTests } from "../../../../engine/evaluate.ts";
import { Context } from "../../../../engine/facts/context.ts";
import { makeReaders } from "../../../../engine/facts/read-slot.ts";
import { foldBody, memberOf, putClaim, putJson, valueAt } from "../../../../engine/facts/json-field.ts";
import { type BodyField, type ScalarType } from "../../../../engine/index.ts";
import { SlotOp } from "../../../../engine/layout.ts";
import { attributeOf, makePolicy, makeSignal } from "../../../helpers/policies.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;
const NOTHING = { signal: () => 0, score: () => 0, used: () => 0, condition: () => false };

describe("a member", () => {
  test("is an object's own", () => {
    expect(memberOf({ a: 1 }, "a")).toBe(1);
    expect(memberOf({ a: null }, "a")).toBeNull();
    expect(memberOf({}, "toString")).toBeUndefined();
    expect(memberOf(Object.create({ a: 1 }), "a")).toBeUndefined();
    expect(memberOf(JSON.parse('{"__proto__":7}'), "__proto__")).toBe(7);
  });

  test.each([[["a"]], [[1]], ["text"], [7], [true], [null], [undefined]])("of %j is none", (value) => {
    expect(memberOf(value, "length")).toBeUndefined();
    expect(memberOf(value, "0")).toBeUndefined();
  });

  test("is found along a path", () => {
    expect(valueAt({ a: { b: { c: 5 } } }, ["a", "b", "c"])).toBe(5);
    expect(valueAt({ a: 1 }, [])).toEqual({ a: 1 });
    expect(valueAt({ a: { b: 1 } }, ["a", "c", "b"])).toBeUndefined();
    expect(valueAt({ a: [{ b: 1 }] }, ["a", "b"])).toBeUndefined();
  });
});

/** A context with a slot of the type, which is not the first. */
function slotOf(type: ScalarType): { readonly context: Context; readonly slot: number } {
  const fact = { name: "f", doc: "", span: { file: 0, start: 0, end: 0 }, type, header: "x-f" };
  const before = { ...fact, name: "before", type: "ip" } as const;
  const keys = [attributeOf("ip", "fact", "before"), attributeOf(type, "fact", "f")].map((each) => ({
    options: [each],
  }));
  const program = compile(makePolicy({ facts: [before, fact], signals: [makeSignal("s", 1, { keys })] }));
  return {
    context: new Context(program, NOTHING, { makeReaders, makeTests }),
    slot: program.slots.op.lastIndexOf(SlotOp.fact),
  };
}

/** What is put for a value; undefined where it is not of the type. */
function put(type: ScalarType, value: unknown, putValue: typeof putJson = putJson): unknown {
  const { context, slot } = slotOf(type);
  if (!putValue(context, slot, type, value)) return undefined;
  if (type === "ip" || type === "network") return formatNetwork(context.words, slot * ADDRESS_WORDS);
  return type === "string" || type === "path" || type === "enum" ? context.texts[slot] : context.numbers[slot];
}

describe("a value of", () => {
  test.each<readonly [ScalarType, unknown, unknown]>([
    ["int", 7, 7],
    ["int", -LARGEST, -LARGEST],
    ["number", 0.5, 0.5],
    ["number", 1e300, 1e300],
    ["percent", 12.5, 12.5],
    ["percent", "12.5%", 12.5],
    ["duration", 35_000, 35_000],
    ["duration", "35ms", 35_000],
    ["size", 0, 0],
    ["size", "64KB", 65_536],
    ["time", 1, 1],
    ["time", "1970-01-01T00:00:01Z", 1_000_000],
    ["bool", true, 1],
    ["bool", false, 0],
    ["string", "", ""],
    ["string", "/a/../b", "/a/../b"],
    ["path", "/a/../b", "/b"],
    ["ip", "203.0.113.9", "203.0.113.9/32"],
    ["network", "203.0.113.9/24", "203.0.113.0/24"],
    ["network", "2001:db8::/32", "2001:db8::/32"],
  ])("%s: %j is %j", (type, value, expected) => {
    expect(put(type, value)).toBe(expected);
  });

  test.each<readonly [ScalarType, unknown]>([
    ["int", 0.5],
    ["int", LARGEST + 1],
    ["int", "7"],
    ["int", true],
    ["duration", 0.5],
    ["duration", "35"],
    ["duration", "1.5s"],
    ["size", "64kb"],
    ["time", "yesterday"],
    ["percent", "12.5"],
    ["percent", "x%"],
    ["number", Infinity],
    ["number", NaN],
    ["percent", -Infinity],
    ["number", "1"],
    ["bool", 1],
    ["bool", "true"],
    ["bool", null],
    ["string", 7],
    ["string", null],
    ["string", undefined],
    ["path", 7],
    ["ip", 7],
    ["ip", "203.0.113"],
    ["ip", "203.0.113.0/24"],
    ["network", 7],
    ["network", "nowhere"],
    ["string", ["a"]],
    ["int", {}],
  ])("%s: %j is none", (type, value) => {
    expect(put(type, value)).toBeUndefined();
  });
});

test("a claim is a value as any other, but a number of a time counts seconds", () => {
  const claim = (type: ScalarType, value: unknown): unknown => put(type, value, putClaim);
  expect([claim("time", 1.5), claim("time", 1.000_000_4), claim("time", "1970-01-01T00:00:01Z")]).toEqual([
    1_500_000, 1_000_000, 1_000_000,
  ]);
  expect([claim("time", 1e10), claim("time", Number.NaN), claim("time", true)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect([claim("int", 7), claim("duration", 7), claim("string", "a"), claim("int", "7")]).toEqual([
    7,
    7,
    "a",
    undefined,
  ]);
});

function fold(kind: BodyField["fold"], path: readonly string[], body: unknown, type: ScalarType = "int"): number {
  return foldBody({ name: "f", type, path, fold: kind, reader: "json" }, body);
}

const LINES = ["lines", "[]", "n"];
const body = (...values: readonly unknown[]): unknown => ({ lines: values.map((n) => ({ n })) });

describe("a fold", () => {
  test("adds, counts, or takes the most", () => {
    expect(fold("sum", LINES, body(1, 2, 3))).toBe(6);
    expect(fold("max", LINES, body(1, 7, 3))).toBe(7);
    expect(fold("max", LINES, body(-5, -7))).toBe(-5);
    expect(fold("count", LINES, body(1, 7, 3))).toBe(3);
    expect(fold("count", LINES, body("a", null, {}))).toBe(3);
    expect(fold("sum", LINES, body(0.5, 1.5), "number")).toBe(2);
    expect(fold("max", LINES, body("35ms", "2s"), "duration")).toBe(2_000_000);
    expect(fold("sum", LINES, body("1KB", 1), "size")).toBe(1_025);
  });

  test("of nothing is zero, and its largest is missing", () => {
    expect([fold("sum", LINES, body()), fold("count", LINES, body()), fold("max", LINES, body())]).toEqual([0, 0, NaN]);
  });

  test("goes through arrays of arrays", () => {
    const nested = { a: [{ b: [1, 2] }, { b: [] }, { b: [3] }] };
    expect(fold("sum", ["a", "[]", "b", "[]"], nested)).toBe(6);
    expect(fold("count", ["a", "[]", "b", "[]"], nested)).toBe(3);
    expect(fold("sum", ["[]"], [1, 2])).toBe(3);
    expect(fold("sum", ["[]", "[]"], [[1], [2, 3]])).toBe(6);
  });

  test("is missing as soon as one value is of another type", () => {
    for (const kind of ["sum", "max"] as const) {
      expect(fold(kind, LINES, body(1, "2", 3))).toBeNaN();
      expect(fold(kind, LINES, body(1, 0.5))).toBeNaN();
      expect(fold(kind, LINES, body(1, undefined))).toBeNaN();
      expect(fold(kind, LINES, body("2"))).toBeNaN();
    }
    expect(fold("count", LINES, { lines: [{ n: 1 }, {}] })).toBeNaN();
    expect(fold("count", LINES, { lines: [{}, { n: 1 }] })).toBeNaN();
    expect(fold("max", LINES, body(0.5, Infinity), "number")).toBeNaN();
  });

  test("is missing where there is no array", () => {
    for (const other of [{}, { lines: {} }, { lines: "abc" }, { lines: null }, null, undefined, []])
      expect([fold("sum", LINES, other), fold("count", LINES, other), fold("max", LINES, other)]).toEqual([
        NaN,
        NaN,
        NaN,
      ]);
  });

  test("is held within what a number can tell", () => {
    expect(fold("sum", LINES, body(LARGEST, LARGEST))).toBe(2 ** 53);
    expect(fold("sum", LINES, body(-LARGEST, -LARGEST))).toBe(-(2 ** 53));
    expect(fold("sum", LINES, body(LARGEST, 5, -5))).toBe(2 ** 53 - 5);
  });
});

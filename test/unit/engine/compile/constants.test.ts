/** Constants of a program: each distinct one once, and what of them can be put anew. */
import { describe, expect, test } from "vitest";
import { ConstantPool, type Constants } from "../../../../engine/compile/constants.ts";
import { ADDRESS_WORDS, parseNetwork } from "../../../../engine/facts/address.ts";
import type { ScalarValue } from "../../../../engine/index.ts";
import { patternOf } from "../../../helpers/patterns.ts";

const SAME = (values: readonly ScalarValue[]): readonly ScalarValue[] => values;

function holds({ networks }: Constants, table: number, address: string): boolean | undefined {
  const words = new Uint32Array(ADDRESS_WORDS);
  parseNetwork(address, words, 0);
  return networks[table]?.holds(words, 0);
}

test("equal constants are one, others have their own place in order", () => {
  const pool = new ConstantPool();
  expect([pool.number(7), pool.number(0.5), pool.number(7)]).toEqual([0, 1, 0]);
  expect([pool.text("a"), pool.text("7"), pool.text("a")]).toEqual([0, 1, 0]);
  expect([pool.array([1, 2]), pool.array([2, 1]), pool.array([1, 2]), pool.array(["1", 2])]).toEqual([0, 1, 0, 2]);
  expect([pool.glob("a*"), pool.glob("*a"), pool.glob("a*")]).toEqual([0, 1, 0]);
  const rate = { allow: 1, perMicros: 2, burst: 3 };
  expect([pool.rate(rate), pool.rate({ ...rate, burst: 4 }), pool.rate({ ...rate })]).toEqual([0, 1, 0]);
  const { numbers, texts, arrays, globs, rates } = pool.finish();
  expect([[...numbers], texts, arrays]).toEqual([
    [7, 0.5],
    ["a", "7"],
    [
      [1, 2],
      [2, 1],
      ["1", 2],
    ],
  ]);
  expect([globs.length, rates.map(({ burst }) => burst)]).toEqual([2, [3, 4]]);
});

test("addresses are five words each, by their text; others are refused by name", () => {
  const pool = new ConstantPool();
  expect(["10.0.0.1", "10.0.0.0/8", "10.0.0.1"].map((text) => pool.address(text))).toEqual([0, 1, 0]);
  const expected = new Uint32Array(2 * ADDRESS_WORDS);
  parseNetwork("10.0.0.1", expected, 0);
  parseNetwork("10.0.0.0/8", expected, ADDRESS_WORDS);
  expect([pool.finish().addresses, pool.members.addresses]).toEqual([expected, ["10.0.0.1", "10.0.0.0/8"]]);
  expect(() => pool.address("ten")).toThrow(new Error("`ten` is no address or network"));
});

test("patterns are one by what they say, whether letters are folded is part of that", () => {
  const pool = new ConstantPool();
  const pattern = (source: string, ignoreCase = false): number =>
    pool.pattern({ source, ignoreCase, root: patternOf(source, ignoreCase) });
  expect([pattern("a+b"), pattern("a*b"), pattern("a+b"), pattern("a+b", true)]).toEqual([0, 1, 0, 2]);
  expect(pool.finish().patterns.map((each) => each.test("xaab"))).toEqual([true, true, true]);
});

describe("sets", () => {
  test("are one whatever their order and however often a value stands in them, by values of one type", () => {
    const pool = new ConstantPool();
    const sets = [["b", "a"], ["a", "b", "a"], ["a"], [1], ["1"], [true], ["true"], []];
    expect(sets.map((each) => pool.set(each))).toEqual([0, 0, 1, 2, 3, 4, 5, 6]);
    const { sets: made } = pool.finish();
    expect(made.map((each) => [...each])).toEqual([["a", "b"], ["a"], [1], ["1"], [true], ["true"], []]);
    expect(pool.members.sets).toEqual([["a", "b"], ["a"], [1], ["1"], [true], ["true"], []]);
  });

  test("of the very same values are known again", () => {
    const pool = new ConstantPool();
    const values = ["x", "y"];
    const set = pool.set(values);
    expect([pool.set(["z"]), pool.set(values), pool.finish().sets.length]).toEqual([1, set, 2]);
  });

  test("of a list from a file are one by list and form, and are made anew of other values", () => {
    const pool = new ConstantPool();
    const lower = (values: readonly ScalarValue[]): readonly ScalarValue[] =>
      values.map((each) => String(each).toLowerCase());
    const source = { values: ["A"], list: 3 };
    expect([
      pool.set(["A"]),
      pool.setOf(source, "same", SAME),
      pool.setOf({ values: ["B"], list: 3 }, "same", SAME),
      pool.setOf(source, "lower", lower),
      pool.setOf({ values: ["A"], list: 4 }, "same", SAME),
      pool.setOf({ values: ["A"], list: null }, "lower", lower),
      pool.setOf({ values: ["A"], list: null }, "same", SAME),
    ]).toEqual([0, 1, 1, 2, 3, 4, 0]);
    expect(pool.members.sets).toEqual([["A"], null, null, null, ["a"]]);
    const constants = pool.finish();
    expect(pool.listConstants.map(({ list }) => list)).toEqual([3, 3, 4]);
    for (const { list, put } of pool.listConstants) if (list === 3) put(constants, ["C", "D"]);
    expect(constants.sets.map((each) => [...each])).toEqual([["A"], ["C", "D"], ["c", "d"], ["A"], ["a"]]);
  });
});

describe("tables of networks", () => {
  test("are one whatever their order, and each network stands in them once", () => {
    const pool = new ConstantPool();
    const values = ["10.0.0.0/8", "192.0.2.0/24"];
    expect([
      pool.networkTable(values),
      pool.networkTable(values.toReversed()),
      pool.networkTable([...values, ...values]),
      pool.networkTable(["10.0.0.0/8"]),
      pool.networkTable(values),
    ]).toEqual([0, 0, 0, 1, 0]);
    expect(pool.members.networks).toEqual([values, ["10.0.0.0/8"]]);
    const constants = pool.finish();
    expect([0, 1].map((table) => holds(constants, table, "192.0.2.9"))).toEqual([true, false]);
  });

  test("of a list from a file are one by list, and are made anew of other values", () => {
    const pool = new ConstantPool();
    const source = { values: ["10.0.0.0/8"], list: 2 };
    expect([
      pool.networkTableOf({ ...source, list: null }),
      pool.networkTableOf(source),
      pool.networkTableOf(source),
      pool.networkTableOf({ ...source, list: 5 }),
    ]).toEqual([0, 1, 1, 2]);
    expect(pool.members.networks).toEqual([["10.0.0.0/8"], null, null]);
    const constants = pool.finish();
    expect([0, 1, 2].map((table) => holds(constants, table, "10.1.2.3"))).toEqual([true, true, true]);
    expect(pool.listConstants.map(({ list }) => list)).toEqual([2, 5]);
    pool.listConstants[0]?.put(constants, ["192.0.2.0/24", "192.0.2.0/24"]);
    expect([0, 1, 2].map((table) => holds(constants, table, "10.1.2.3"))).toEqual([true, false, true]);
    expect(holds(constants, 1, "192.0.2.1")).toBe(true);
  });
});

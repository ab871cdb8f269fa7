import { expect, test } from "vitest";
import type { BodyField } from "../../../../engine/index.ts";
import { bodyField } from "../../../../engine/reference/body.ts";

function read(
  fold: BodyField["fold"],
  path: readonly string[],
  body: unknown,
  type: BodyField["type"] = "int",
): unknown {
  return bodyField({ name: "f", type, path, fold, reader: "json" }, body);
}

const body = (...values: readonly unknown[]): unknown => ({ lines: values.map((n) => ({ n })) });
const LINES = ["lines", "[]", "n"];

test("a member along a path, of the declared type", () => {
  expect(read(null, ["a", "b"], { a: { b: 5 } })).toBe(5);
  expect(read(null, ["a", "b"], { a: { b: "5" } })).toBeUndefined();
  expect(read(null, ["a", "c"], { a: { b: 5 } })).toBeUndefined();
  expect(read(null, ["a"], { a: "x" }, "string")).toBe("x");
});

test("a fold adds, counts, or takes the most", () => {
  expect([
    read("sum", LINES, body(1, 2, 3)),
    read("max", LINES, body(1, 7, 3)),
    read("count", LINES, body(1, 7)),
  ]).toEqual([6, 7, 2]);
  expect([
    read("max", LINES, body(-5, -7)),
    read("sum", LINES, body(-0)),
    read("count", LINES, body("a", null)),
  ]).toEqual([-5, 0, 2]);
  expect(read("sum", ["a", "[]", "b", "[]"], { a: [{ b: [1, 2] }, { b: [] }, { b: [3] }] })).toBe(6);
});

test("a fold of nothing is zero, and its largest is missing", () => {
  expect([read("sum", LINES, body()), read("count", LINES, body()), read("max", LINES, body())]).toEqual([
    0,
    0,
    undefined,
  ]);
});

test("a fold is missing as soon as a value is, or is of another type", () => {
  for (const fold of ["sum", "max"] as const)
    expect([read(fold, LINES, body(1, "2")), read(fold, LINES, body(1, 0.5)), read(fold, LINES, body(true))]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  expect(read("count", LINES, { lines: [{ n: 1 }, {}] })).toBeUndefined();
  expect(read("count", LINES, { lines: {} })).toBeUndefined();
  expect(read("count", LINES, undefined)).toBeUndefined();
});

test("a sum is held within what a number can tell", () => {
  const most = Number.MAX_SAFE_INTEGER;
  const sums = [read("sum", LINES, body(most, most)), read("sum", LINES, body(-most, -most))];
  expect(sums).toEqual([2 ** 53, -(2 ** 53)]);
});

test("a long array is folded like a short one", () => {
  const long = { lines: Array.from({ length: 300_000 }, (_, n) => ({ n })) };
  expect([read("max", LINES, long), read("count", LINES, long)]).toEqual([299_999, 300_000]);
});

test("numbers of a GraphQL request", () => {
  const field = (name: string): unknown =>
    bodyField({ name, type: "int", path: [], fold: null, reader: "graphql" }, { query: "query q { a { b: c } }" });
  expect([field("operation"), field("depth"), field("aliases")]).toEqual(["q", 2, 1]);
  expect(bodyField({ name: "depth", type: "int", path: [], fold: null, reader: "graphql" }, {})).toBeUndefined();
});

import { describe, expect, test } from "vitest";
import type { ScalarType } from "../../../../engine/index.ts";
import { factOfType, memberOf, valueOfType } from "../../../../engine/reference/values.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;
const micros = (text: string): number => Date.parse(text) * 1_000;

describe("a JSON value of a type", () => {
  test.each<readonly [ScalarType, unknown, unknown]>([
    ["int", 7, 7],
    ["int", -0, 0],
    ["int", LARGEST, LARGEST],
    ["number", 0.5, 0.5],
    ["percent", 12.5, 12.5],
    ["duration", 1, 1],
    ["size", 1, 1],
    ["time", 1, 1],
    ["percent", "12.5%", 12.5],
    ["duration", "35ms", 35_000],
    ["size", "64KB", 65_536],
    ["time", "2026-01-01", micros("2026-01-01T00:00:00Z")],
    ["bool", false, false],
    ["string", "", ""],
    ["enum", "a", "a"],
    ["path", "/a/../b", "/b"],
    ["ip", "::ffff:203.0.113.9", "203.0.113.9"],
    ["network", "203.0.113.9/24", "203.0.113.0/24"],
    ["network", "203.0.113.9", "203.0.113.9/32"],
  ])("%s: %j is %j", (type, value, expected) => {
    expect(valueOfType(type, value)).toBe(expected);
  });

  test.each<readonly [ScalarType, unknown]>([
    ["int", 0.5],
    ["int", LARGEST + 1],
    ["int", "7"],
    ["int", true],
    ["number", Infinity],
    ["number", NaN],
    ["percent", "12.5"],
    ["duration", "35"],
    ["size", "64kb"],
    ["time", "yesterday"],
    ["string", 7],
    ["string", null],
    ["string", undefined],
    ["string", []],
    ["bool", 1],
    ["bool", "true"],
    ["ip", "203.0.113.0/24"],
    ["ip", "nowhere"],
    ["network", "nowhere"],
    ["path", 7],
    ["rate", 7],
    ["rate", "7"],
  ])("%s: %j is none", (type, value) => {
    expect(valueOfType(type, value)).toBeUndefined();
  });
});

describe("what a proxy states in text", () => {
  test.each<readonly [ScalarType, string, unknown]>([
    ["bool", "true", true],
    ["bool", "false", false],
    ["int", "-17", -17],
    ["int", "007", 7],
    ["number", "-12.50", -12.5],
    ["percent", "60%", 60],
    ["percent", "60", 60],
    ["duration", "35ms", 35_000],
    ["duration", "2s", 2_000_000],
    ["duration", "3m", 180_000_000],
    ["duration", "1h", 3_600_000_000],
    ["duration", "1d", 86_400_000_000],
    ["size", "5B", 5],
    ["size", "5KB", 5_120],
    ["size", "1MB", 1_048_576],
    ["size", "1GB", 1_073_741_824],
    ["time", "2027-01-31", micros("2027-01-31T00:00:00Z")],
    ["time", "2028-02-29T23:59:59.123456789+05:30", micros("2028-02-29T23:59:59.123+05:30") + 456],
    ["time", "2027-01-31T08:00:00-23:59", micros("2027-01-31T08:00:00-23:59")],
    ["string", "7", "7"],
    ["path", "/a/./b", "/a/b"],
    ["ip", "203.0.113.9", "203.0.113.9"],
    ["network", "2001:db8::1/32", "2001:db8::/32"],
  ])("%s: %j is %j", (type, text, expected) => {
    expect(factOfType(type, text)).toBe(expected);
  });

  test.each<readonly [ScalarType, string]>([
    ["bool", "1"],
    ["bool", ""],
    ["int", "1.0"],
    ["int", "x1"],
    ["int", "1x"],
    ["int", ""],
    ["int", "9007199254740992"],
    ["number", ".5"],
    ["number", "5."],
    ["number", "x5"],
    ["number", "5x"],
    ["number", "1".repeat(400)],
    ["percent", "60%%"],
    ["percent", "%60"],
    ["duration", "5"],
    ["duration", "5 s"],
    ["duration", "x5s"],
    ["duration", "5sx"],
    ["duration", "5KB"],
    ["duration", "99999999999999d"],
    ["size", "5kb"],
    ["size", "5toString"],
    ["time", "2027-02-30"],
    ["time", "2027-13-01"],
    ["time", "2027-01-31T24:00:00Z"],
    ["time", "2027-01-31T08:60:00Z"],
    ["time", "2027-01-31T08:00:60Z"],
    ["time", "2027-01-31T08:00:00"],
    ["time", "2027-01-31T08:00:00+24:00"],
    ["time", "2027-01-31T08:00:00+05:60"],
    ["time", "2027-01-31T08:00:00.1234567890Z"],
    ["time", "x2027-01-31"],
    ["time", "2027-01-31x"],
    ["time", "0999-01-01"],
    ["time", "1000-01-01"],
    ["ip", "nowhere"],
  ])("%s: %j is none", (type, text) => {
    expect(factOfType(type, text)).toBeUndefined();
  });

  test("a value that is no text is read as JSON", () => {
    expect([factOfType("int", 7), factOfType("int", 7.5), factOfType("bool", true), factOfType("int", null)]).toEqual([
      7,
      undefined,
      true,
      undefined,
    ]);
  });
});

test("a member is an object's own", () => {
  expect(memberOf({ a: 1 }, "a")).toBe(1);
  for (const value of [{}, [], "text", 7, null, undefined, Object.create({ length: 1 })])
    expect(memberOf(value, "length")).toBeUndefined();
});

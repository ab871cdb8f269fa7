/** Values reach both outcomes of whatever compares them. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { networkContains, type ScalarType } from "../../../../engine/index.ts";
import { addressesAround, STRANGERS, turningValues } from "../../../../simulator/prove/values.ts";
import { check } from "../../../helpers/property.ts";

const COMPARISONS: readonly ((value: number, constant: number) => boolean)[] = [
  (a, b) => a < b,
  (a, b) => a <= b,
  (a, b) => a > b,
  (a, b) => a >= b,
  (a, b) => a === b,
  (a, b) => a !== b,
];

test("numbers lie on both sides of every constant, and as near as they can", () => {
  const types: readonly ScalarType[] = ["int", "size", "percent"];
  check(
    fc.property(
      fc.constantFrom(...types),
      fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 9 }),
      (type, constants) => {
        const values = turningValues(type, constants).filter((each) => typeof each === "number");
        for (const constant of constants) {
          for (const holds of COMPARISONS) {
            expect(new Set(values.map((value) => holds(value, constant)))).toEqual(new Set([true, false]));
          }
          expect(values).toEqual(expect.arrayContaining([constant - 1, constant, constant + 1]));
        }
      },
    ),
  );
});

test("decimals differ in the last one written, and durations by what a text of them can say", () => {
  expect(turningValues("number", [9.75]).slice(0, 3)).toEqual([9.75, 9.75 + 0.01, 9.75 - 0.01]);
  expect(turningValues("duration", [5_000_000]).slice(0, 3)).toEqual([5_000_000, 5_001_000, 4_999_000]);
});

test("addresses are the first and last inside of every network, and those just outside", () => {
  expect(addressesAround(["198.51.100.0/24"])).toEqual([
    "198.51.100.0",
    "198.51.100.255",
    "198.51.99.255",
    "198.51.101.0",
    ...STRANGERS,
  ]);
  expect(addressesAround(["2001:db8:40::/48", "0.0.0.0/8", "203.0.113.9"]).slice(0, -STRANGERS.length)).toEqual([
    "2001:db8:40::",
    "2001:db8:40:ffff:ffff:ffff:ffff:ffff",
    "2001:db8:3f:ffff:ffff:ffff:ffff:ffff",
    "2001:db8:41::",
    "0.0.0.0",
    "0.255.255.255",
    "1.0.0.0",
    "203.0.113.9",
    "203.0.113.8",
    "203.0.113.10",
  ]);
  const octet = fc.nat(255);
  const network = fc.tuple(octet, octet, octet, fc.integer({ min: 1, max: 24 }));
  check(
    fc.property(network, ([a, b, c, bits]) => {
      const text = `${a}.${b}.${c}.0/${bits}`;
      const inside = addressesAround([text]).map((address) => networkContains(text, address));
      expect(new Set(inside)).toEqual(new Set([true, false]));
    }),
  );
});

test("texts are the constants and their near misses", () => {
  const values = turningValues("string", ["/admin", "bot"]);
  for (const wanted of ["/admin", "bot", "/adminx", "x/admin", "/admi", "BOT", "", null])
    expect(values).toContain(wanted);
  expect(new Set(values).size).toBe(values.length);
});

test("truth is both, and anything can be absent", () => {
  expect(turningValues("bool", [])).toEqual([true, false, null]);
  expect(turningValues("enum", ["gold"])).toEqual(["gold", "other", null]);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { exactRate, times, unitsLeft } from "../../../engine/exact-rate.ts";
import { check } from "../../helpers/property.ts";

const whole = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 2 ** 31 }));
const rate = fc.record({
  allow: whole,
  perMicros: fc.oneof(whole, fc.constantFrom(1_000_000, 86_400_000_000)),
  burst: fc.integer({ min: 1, max: 1_000 }),
});

test("units times a rate are a quotient and its remainder, exact also past 2^53", () => {
  check(
    fc.property(fc.nat(2 ** 31), fc.nat(2 ** 40), whole, (units, step, denominator) => {
      const out = { whole: -1, part: -1 };
      times(units, step, denominator, out);
      const product = BigInt(units) * BigInt(step);
      expect(out).toEqual({
        whole: Number(product / BigInt(denominator)),
        part: Number(product % BigInt(denominator)),
      });
    }),
    { runs: 5_000 },
  );
});

test.each([
  [3, 2, 3, 2, 0],
  [4, 7, 3, 9, 1],
  // A product past 2^53.
  [2 ** 31 + 1, 2 ** 31 - 1, 2 ** 31, 2 ** 31 - 1, 2 ** 31 - 1],
])("%d · %d / %d is %d and %d parts", (units, step, denominator, whole, part) => {
  const out = { whole: -1, part: -1 };
  times(units, step, denominator, out);
  expect(out).toEqual({ whole, part });
});

test("a rate is in lowest terms, with the time of one unit and of the burst", () => {
  expect(exactRate({ allow: 6, perMicros: 20, burst: 4 })).toEqual({
    allow: 6,
    perMicros: 20,
    step: 10,
    denominator: 3,
    unitWhole: 3,
    unitPart: 1,
    burst: 4,
    burstWhole: 13,
    burstPart: 1,
  });
  expect(exactRate({ allow: 7, perMicros: 3, burst: 1 })).toMatchObject({ step: 3, denominator: 7, unitPart: 3 });
});

test("units left are the burst less what the time to full stands for, rounded up", () => {
  check(
    fc.property(rate, fc.nat(1_100), fc.integer({ min: -1, max: 1 }), (each, units, off) => {
      const exact = exactRate(each);
      // The time that `units` take, in parts, and a part more or less.
      const parts = BigInt(units) * BigInt(exact.step) + BigInt(off);
      if (parts < 0n) return;
      const denominator = BigInt(exact.denominator);
      const used = Number((parts + BigInt(exact.step) - 1n) / BigInt(exact.step));
      expect(unitsLeft(exact, Number(parts / denominator), Number(parts % denominator))).toBe(
        Math.max(0, each.burst - used),
      );
    }),
    { runs: 3_000 },
  );
});

test("units left are none past the burst, and all of it at no time at all", () => {
  const exact = exactRate({ allow: 3, perMicros: 1, burst: 5 });
  expect([unitsLeft(exact, 0, 0), unitsLeft(exact, 0, 1), unitsLeft(exact, 1, 2), unitsLeft(exact, 9, 0)]).toEqual([
    5, 4, 0, 0,
  ]);
});

test("units left of a burst of billions are found as soon as those of a small one", () => {
  const burst = 2 ** 40;
  const exact = exactRate({ allow: 1_000_000_000, perMicros: 1_000_000, burst });
  expect(
    [0, 1, 1_000, 1_001, burst - 1, burst].map((used) => unitsLeft(exact, Math.floor(used / 1_000), used % 1_000)),
  ).toEqual([burst, burst - 1, burst - 1_000, burst - 1_001, 1, 0]);
});

test("units left are exact up to 2^53, where a quotient of floating point is off by one", () => {
  const burst = Number.MAX_SAFE_INTEGER;
  const exact = exactRate({ allow: 1_000, perMicros: 1, burst });
  for (let index = 0; index < 2_000; index++) {
    const used = burst - index * 7_919;
    expect(unitsLeft(exact, Math.floor(used / 1_000), used % 1_000)).toBe(burst - used);
  }
});

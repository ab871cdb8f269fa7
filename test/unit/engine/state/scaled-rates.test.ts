import { expect, test } from "vitest";
import { exactRate } from "../../../../engine/exact-rate.ts";
import { ScaledRates, scaledCount, scaledRate } from "../../../../engine/state/scaled-rates.ts";

const RATE = { allow: 3, perMicros: 10_000, burst: 25 };

test("a factor shortens the time and raises the burst, or the other way round", () => {
  expect(scaledRate(RATE, 2)).toEqual({ allow: 3, perMicros: 5_000, burst: 50 });
  expect(scaledRate(RATE, 0.1)).toEqual({ allow: 3, perMicros: 100_000, burst: 2 });
  expect(scaledRate({ allow: 1, perMicros: 3, burst: 1 }, 100)).toEqual({ allow: 1, perMicros: 1, burst: 100 });
  expect(scaledRate({ ...RATE, burst: 9 }, 0.1).burst).toBe(1);
});

test("burst times length stays an exact integer", () => {
  const scaled = scaledRate({ allow: 1, perMicros: 2 ** 50, burst: 8 }, 0.25);
  expect(scaled.burst * scaled.perMicros).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
  expect(scaled.burst).toBe(2);
});

test("it is as long as the factor says where more is allowed at a time", () => {
  expect(scaledRate({ allow: 3, perMicros: 2 ** 50, burst: 8 }, 0.25)).toEqual({
    allow: 3,
    perMicros: 2 ** 52,
    burst: 2,
  });
});

test("a count is never less than one", () => {
  expect([0.01, 0.5, 1, 3].map((factor) => scaledCount(5, factor))).toEqual([1, 2, 5, 15]);
});

test("a rate under a factor is made once, and is itself where nothing changes it", () => {
  const rates = new ScaledRates();
  const rate = exactRate(RATE);
  expect(rates.of(rate, 1)).toBe(rate);
  expect(rates.of(rate, 2)).toBe(rates.of(rate, 2));
  const doubled = rates.of(rate, 2);
  // 64 factors are remembered.
  for (let factor = 3; factor <= 65; factor++) rates.of(rate, factor);
  expect(rates.of(rate, 2)).toBe(doubled);
  rates.of(rate, 66);
  expect(rates.of(rate, 2)).not.toBe(doubled);
  expect(rates.of(rate, 2)).toEqual(doubled);
  expect(doubled).toEqual(exactRate(scaledRate(RATE, 2)));
});

import { expect, test } from "vitest";
import { deriveStream } from "../../../simulator/random.ts";
import { bootstrapRatio, pooledRatio, wilson, Z_ONE_SIDED_95 } from "../../../simulator/statistics.ts";

// R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I, method 3.
test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
])("Wilson's interval of %i in %i is as published", (part, whole, low, high) => {
  const interval = wilson(part, whole);
  expect(interval.low).toBeCloseTo(low, 4);
  expect(interval.high).toBeCloseTo(high, 4);
});

test("Wilson's ends stay within 0 and 1, mirror each other, and know nothing of nothing", () => {
  expect(wilson(0, 0)).toEqual({ low: 0, high: 1 });
  expect(wilson(20, 20).high).toBe(1);
  expect(wilson(20, 20).low).toBeCloseTo(1 - wilson(0, 20).high, 12);
  expect(wilson(0, 1000, Z_ONE_SIDED_95).high).toBeCloseTo(2.7055 / 1002.7055, 6);
});

test("pools parts and wholes, not the shares of seeds", () => {
  expect(
    pooledRatio([
      { part: 1, whole: 10 },
      { part: 0, whole: 90 },
    ]),
  ).toBe(0.01);
  expect(pooledRatio([{ part: 0, whole: 0 }])).toBe(0);
});

test("the bootstrap of a mean agrees with the normal bound", () => {
  const values = deriveStream(5, "values");
  const samples = Array.from({ length: 200 }, () => ({ part: values.unit(), whole: 1 }));
  const mean = pooledRatio(samples);
  const deviation = Math.sqrt(samples.reduce((sum, { part }) => sum + (part - mean) ** 2, 0) / 199 / 200);
  const interval = bootstrapRatio(samples, deriveStream(5, "bootstrap"));
  expect((interval.high - mean) / deviation).toBeCloseTo(Z_ONE_SIDED_95, 0);
  expect((mean - interval.low) / deviation).toBeCloseTo(Z_ONE_SIDED_95, 0);
});

test("the bootstrap of one seed has no width, and the same stream gives the same interval", () => {
  expect(bootstrapRatio([{ part: 3, whole: 4 }], deriveStream(1, "x"))).toEqual({ low: 0.75, high: 0.75 });
  const samples = [1, 2, 3, 7].map((part) => ({ part, whole: 1 }));
  expect(bootstrapRatio(samples, deriveStream(1, "x"))).toEqual(bootstrapRatio(samples, deriveStream(1, "x")));
});

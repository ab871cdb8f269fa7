import { expect, test } from "vitest";
import { deriveStream, type RandomStream } from "../../../../simulator/random.ts";
import {
  bootstrapRatio,
  pooledRatio,
  proportionBounds,
  quantile,
  wilson,
  Z_ONE_SIDED_95,
} from "../../../../simulator/measures/statistics.ts";

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

test("nothing in n is at most three in n, and all of n at least as near to all", () => {
  expect(proportionBounds(0, 30_000).high).toBeCloseTo(3 / 30_000, 6);
  expect(proportionBounds(0, 10).high).toBeCloseTo(0.2589, 4);
  expect(proportionBounds(10, 10).low).toBeCloseTo(1 - 0.2589, 4);
  expect(proportionBounds(0, 0)).toEqual({ low: 0, high: 1 });
});

/** How many of `draws` the stream says yes to, each with probability `share`. */
function drawn(stream: RandomStream, draws: number, share: number): number {
  let count = 0;
  for (let i = 0; i < draws; i++) count += stream.unit() < share ? 1 : 0;
  return count;
}

test.each([
  [0.001, 200],
  [0.01, 50],
  [0.02, 400],
  [0.3, 30],
  [0.97, 120],
])("the bounds of a share of %d over %i observations hold in about 95 of 100 draws", (share, observations) => {
  const stream = deriveStream(11, "coverage", String(share));
  const trials = 4000;
  let [above, below, within] = [0, 0, 0];
  for (let i = 0; i < trials; i++) {
    const part = drawn(stream, observations, share);
    const bounds = proportionBounds(part, observations);
    above += share <= bounds.high ? 1 : 0;
    below += share >= bounds.low ? 1 : 0;
    const interval = wilson(part, observations);
    within += share >= interval.low && share <= interval.high ? 1 : 0;
  }
  expect(above / trials).toBeGreaterThan(0.92);
  expect(below / trials).toBeGreaterThan(0.92);
  // Wilson's own covers the stated part on average over shares, and dips below it at single ones (Brown, Cai and DasGupta, 2001).
  expect(within / trials).toBeGreaterThan(0.9);
});

test("where clients differ, the bootstrap over clients covers the share of requests and a bound over requests does not", () => {
  const stream = deriveStream(3, "clients");
  const trials = 150;
  let [byClient, byRequest] = [0, 0];
  for (let trial = 0; trial < trials; trial++) {
    // One client in ten is refused half of its requests, the others none: 5 % of all, in lumps.
    const clients = Array.from({ length: 120 }, () => ({
      part: stream.unit() < 0.1 ? drawn(stream, 40, 0.5) : 0,
      whole: 40,
    }));
    byClient += bootstrapRatio(clients, deriveStream(trial, "draws")).high >= 0.05 ? 1 : 0;
    byRequest += proportionBounds(Math.round(pooledRatio(clients) * 4800), 4800).high >= 0.05 ? 1 : 0;
  }
  expect(byClient / trials).toBeGreaterThan(0.88);
  expect(byRequest / trials).toBeLessThan(0.8);
});

test("a quantile by nearest rank counts what never came as last", () => {
  expect(quantile([5, 1, 3], 0.5)).toBe(3);
  expect(quantile([5, 1, 3], 0.95)).toBe(5);
  expect(quantile([5, null, 3], 0.5)).toBe(5);
  expect(quantile([5, null, 3], 0.95)).toBe(null);
  expect(quantile([null], 0.5)).toBe(null);
});

test("many samples are resampled less often, and still the same each time", () => {
  const samples = Array.from({ length: 20_000 }, (_, i) => ({ part: i % 10 === 0 ? 1 : 0, whole: 1 }));
  const interval = bootstrapRatio(samples, deriveStream(1, "many"));
  expect(interval).toEqual(bootstrapRatio(samples, deriveStream(1, "many")));
  expect(interval.low).toBeGreaterThan(0.095);
  expect(interval.high).toBeLessThan(0.105);
});

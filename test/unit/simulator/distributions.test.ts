import { expect, test } from "vitest";
import { exponentialMicros, uniformMicros, WeightedChoice, zipf } from "../../../simulator/distributions.ts";
import { deriveStream } from "../../../simulator/random.ts";

test("exponential gaps are whole, positive, and have their mean and a deviation as large", () => {
  const stream = deriveStream(1, "exponential");
  const gaps = Array.from({ length: 50_000 }, () => exponentialMicros(stream, 250_000));
  const mean = gaps.reduce((a, b) => a + b) / gaps.length;
  const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
  expect(gaps.every((gap) => Number.isInteger(gap) && gap >= 1)).toBe(true);
  expect(mean / 250_000).toBeCloseTo(1, 1);
  expect(deviation / mean).toBeCloseTo(1, 1);
  expect(gaps.filter((gap) => gap > 250_000).length / gaps.length).toBeCloseTo(Math.exp(-1), 2);
});

test("uniform times reach both ends", () => {
  const stream = deriveStream(2, "uniform");
  const drawn = new Set(Array.from({ length: 500 }, () => uniformMicros(stream, 3)));
  expect([...drawn].sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
});

test("a weighted choice keeps the shares, and never picks what weighs nothing", () => {
  const stream = deriveStream(3, "weights");
  const choice = new WeightedChoice([70, 0, 20, 10]);
  const counts = [0, 0, 0, 0];
  for (let i = 0; i < 400_000; i++) counts[choice.pick(stream)]!++;
  expect(counts[1]).toBe(0);
  for (const [i, share] of [0.7, 0, 0.2, 0.1].entries()) {
    const deviation = Math.sqrt(400_000 * share * (1 - share));
    expect(Math.abs(counts[i]! - 400_000 * share)).toBeLessThanOrEqual(4 * deviation);
  }
  expect(() => new WeightedChoice([0, 0])).toThrow(RangeError);
});

test("by Zipf's law the first of objects is asked for twice as often as the second", () => {
  const stream = deriveStream(4, "zipf");
  const choice = zipf(100);
  const counts = new Array<number>(100).fill(0);
  for (let i = 0; i < 200_000; i++) counts[choice.pick(stream)]!++;
  expect(counts[0]! / counts[1]!).toBeCloseTo(2, 1);
  expect(counts[0]! / counts[9]!).toBeGreaterThan(9);
});

test("a pick is the first index whose share ends above the point drawn, for any weights", () => {
  const shapes = deriveStream(5, "shapes");
  for (let round = 0; round < 200; round++) {
    const weights = Array.from({ length: 1 + shapes.below(60) }, () => (shapes.unit() < 0.3 ? 0 : shapes.unit() ** 8));
    weights[shapes.below(weights.length)] = 1;
    const choice = new WeightedChoice(weights);
    const drawn = deriveStream(round, "points");
    const same = deriveStream(round, "points");
    for (let i = 0; i < 200; i++) expect(choice.pick(drawn)).toBe(searched(weights, same.unit()));
  }
});

function searched(weights: readonly number[], part: number): number {
  let sum = 0;
  const ends = weights.map((weight) => (sum += weight));
  return ends.findIndex((end) => part * sum < end);
}

import { expect, test } from "vitest";
import type { SteadyPopulation } from "../../../../dsl/index.ts";
import { steadyArrivals } from "../../../../simulator/populations/steady.ts";
import { deriveStream } from "../../../../simulator/random.ts";

const SPAN = { file: 0, start: 0, end: 0 };
const POPULATION: SteadyPopulation = {
  ...{ name: "p", span: SPAN, clients: ["a"], networks: [], mix: [], retries: "none", joinsMicros: 0 },
  model: "steady",
  rate: { count: 4, perMicros: 2_000_000 },
};

test("is a Poisson process: counts of a minute have the rate as their mean and as their variance", () => {
  const arrivals = steadyArrivals(POPULATION, deriveStream(1, "steady"));
  const minutes = new Array<number>(2000).fill(0);
  for (let at = arrivals.next(); at < 2000 * 60_000_000; at = arrivals.next()) minutes[Math.floor(at / 60_000_000)]!++;
  const mean = minutes.reduce((a, b) => a + b) / minutes.length;
  const variance = minutes.reduce((sum, count) => sum + (count - mean) ** 2, 0) / minutes.length;
  expect(mean / 120).toBeCloseTo(1, 1);
  expect(variance / mean).toBeGreaterThan(0.85);
  expect(variance / mean).toBeLessThan(1.15);
});

test("never stands still and never goes back", () => {
  const arrivals = steadyArrivals(
    { ...POPULATION, rate: { count: 1_000_000, perMicros: 1_000_000 } },
    deriveStream(2, "x"),
  );
  let before = 0;
  for (let i = 0; i < 1000; i++) {
    const at = arrivals.next();
    expect(at).toBeGreaterThan(before);
    before = at;
  }
});

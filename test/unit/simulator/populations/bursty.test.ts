import { expect, test } from "vitest";
import type { BurstyPopulation } from "../../../../dsl/index.ts";
import { burstyArrivals } from "../../../../simulator/populations/bursty.ts";
import { deriveStream } from "../../../../simulator/random.ts";

const BASE = {
  ...{ name: "p", span: { file: 0, start: 0, end: 0 }, clients: ["a", "b", "c"], networks: [], mix: [] },
  retries: "none",
  joinsMicros: 0,
} as const;
const POPULATION: BurstyPopulation = {
  ...BASE,
  model: "bursty",
  rate: { count: 2, perMicros: 1_000_000 },
  factor: 20,
  burstMicros: 3_000_000,
  quietMicros: 57_000_000,
};
const MINUTE = 60_000_000;

/** Arrivals in each of many minutes. */
function minutes(population: BurstyPopulation, count: number): readonly number[] {
  const arrivals = burstyArrivals(population, deriveStream(1, "bursty"));
  const counts = new Array<number>(count).fill(0);
  for (let at = arrivals.next(); at < count * MINUTE; at = arrivals.next()) counts[Math.floor(at / MINUTE)]!++;
  return counts;
}

const meanOf = (counts: readonly number[]): number => counts.reduce((a, b) => a + b) / counts.length;

test("has its rate as the mean over both states", () => {
  expect(meanOf(minutes(POPULATION, 20_000)) / 120).toBeCloseTo(1, 1);
});

test("is far burstier than a Poisson process, as its states say", () => {
  const counts = minutes(POPULATION, 20_000);
  const mean = meanOf(counts);
  const dispersion = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / counts.length / mean;
  // Fischer and Meier-Hellstern 1993, equation 15, for a count over time t with rates a, b and changes s, r a second.
  const [quiet, busy] = [120 / 117, (120 / 117) * 20];
  const [r, s, t] = [1 / 57, 1 / 3, 60];
  const sum = r + s;
  const gain = (2 * r * s * (busy - quiet) ** 2) / (sum ** 2 * (busy * r + quiet * s));
  const expected = 1 + gain * (1 - (1 - Math.exp(-sum * t)) / (sum * t));
  expect(dispersion / expected).toBeGreaterThan(0.9);
  expect(dispersion / expected).toBeLessThan(1.1);
});

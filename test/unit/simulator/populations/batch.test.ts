import fc from "fast-check";
import { expect, test } from "vitest";
import type { BatchPopulation } from "../../../../dsl/index.ts";
import { batchArrivals } from "../../../../simulator/populations/batch.ts";
import { deriveStream } from "../../../../simulator/random.ts";
import { check } from "../../../helpers/property.ts";

const BASE = {
  ...{ name: "p", span: { file: 0, start: 0, end: 0 }, clients: ["a", "b", "c"], networks: [], mix: [] },
  retries: "none",
  joinsMicros: 0,
} as const;

function times(fields: Partial<BatchPopulation>, seed: number): readonly number[] {
  const population: BatchPopulation = {
    ...BASE,
    model: "batch",
    rate: { count: 3, perMicros: 1_000_000 },
    fromMicros: 0,
    toMicros: 60_000_000,
    ...fields,
  };
  const arrivals = batchArrivals(population, deriveStream(seed, "batch"));
  const all: number[] = [];
  for (let at = arrivals.next(); at < Number.POSITIVE_INFINITY; at = arrivals.next()) all.push(at);
  return all;
}

test("sends its rate in every whole period, within its time", () => {
  const all = times({ fromMicros: 10_000_000, toMicros: 30_000_000 }, 1);
  expect(all.length).toBe(60);
  expect(all[0]).toBeGreaterThanOrEqual(10_000_000);
  expect(all.at(-1)).toBeLessThan(30_000_000);
});

test("a limit at exactly its rate is never exceeded, over any window", () => {
  check(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1000, max: 2_000_000 }),
      fc.nat(),
      (count, perMicros, seed) => {
        const all = times({ rate: { count, perMicros }, toMicros: Math.min(60_000_000, 5 * perMicros) }, seed);
        for (let i = count; i < all.length; i++) expect(all[i]! - all[i - count]!).toBeGreaterThanOrEqual(perMicros);
      },
    ),
    { runs: 50 },
  );
});

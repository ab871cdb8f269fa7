import { expect, test } from "vitest";
import type { CronPopulation } from "../../../../dsl/index.ts";
import { cronArrivals, START_UP_MICROS } from "../../../../simulator/populations/cron.ts";
import { deriveStream } from "../../../../simulator/random.ts";

const POPULATION: CronPopulation = {
  ...{ name: "p", span: { file: 0, start: 0, end: 0 }, clients: ["a"], networks: [], mix: [], retries: "none" },
  joinsMicros: 0,
  model: "cron",
  everyMicros: 60_000_000,
  burst: 20,
};

test("fires its whole burst at every multiple of its period, within the start-up of a job", () => {
  const arrivals = cronArrivals(POPULATION, deriveStream(1, "cron"));
  for (let firing = 0; firing < 50; firing++) {
    const times = Array.from({ length: 20 }, () => arrivals.next() - firing * 60_000_000);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times.every((time) => time >= 0 && time <= START_UP_MICROS)).toBe(true);
    expect(new Set(times).size).toBeGreaterThan(15);
  }
});

test("keeps to the wall clock where its period does not divide a day", () => {
  const arrivals = cronArrivals({ ...POPULATION, everyMicros: 7_000_000, burst: 1 }, deriveStream(1, "cron"));
  const start = 1_767_225_600_000_000;
  for (let i = 0; i < 20; i++) expect((start + arrivals.next()) % 7_000_000).toBeLessThanOrEqual(START_UP_MICROS);
});

test("bursts of a short period do not run into each other", () => {
  const arrivals = cronArrivals({ ...POPULATION, everyMicros: 100_000 }, deriveStream(1, "cron"));
  const times = Array.from({ length: 200 }, () => arrivals.next());
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

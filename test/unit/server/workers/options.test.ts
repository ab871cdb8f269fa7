import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { MOST_WORKERS, readWorkers } from "../../../../server/workers/options.ts";

test("there is one worker, a given number of them, or one for each core", () => {
  expect([{}, { workers: 4 }, { workers: MOST_WORKERS }].map(readWorkers)).toEqual([1, 4, 29]);
  expect(readWorkers({ workers: "auto" })).toBe(Math.min(availableParallelism(), MOST_WORKERS));
});

test.each([0, -1, 1.5, 30, Number.NaN])("%d is not a number of workers", (workers) => {
  expect(() => readWorkers({ workers })).toThrow(`option workers: ${workers} is not from 1 to 29`);
});

test("a clock of one's own is for one thread", () => {
  expect(readWorkers({ workers: 1, clock: () => 0 })).toBe(1);
  expect(() => readWorkers({ workers: 2, clock: () => 0 })).toThrow("workers use this machine's clock");
});

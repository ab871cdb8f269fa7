import { expect, test } from "vitest";
import {
  countHarmed,
  harmedClientBounds,
  refusedRequestBounds,
} from "../../../../simulator/measures/false-positives.ts";
import { deriveStream } from "../../../../simulator/random.ts";

/** Runs of clients that send a hundred requests each, of which so many are refused. */
const runsOf = (...runs: readonly (readonly number[])[]) =>
  runs.map((refused) => refused.map((each) => ({ requests: 100, refused: each })));
const stream = () => deriveStream(1, "test");

test("clients without a refusal bound the share of those with one", () => {
  const none = runsOf([0, 0, 0, 0, 0], [0, 0, 0, 0, 0]);
  expect(harmedClientBounds(none, stream())).toEqual({ low: 0, high: 1 - 0.05 ** 0.1 });
  expect(countHarmed(none.flat())).toBe(0);
});

test("seeds that differ from each other widen the bound over clients", () => {
  const alike = runsOf([1, 1, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0], [1, 1, 0, 0, 0, 0]);
  const apart = runsOf([0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1], [1, 1, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]);
  expect(countHarmed(apart.flat())).toBe(countHarmed(alike.flat()));
  expect(harmedClientBounds(apart, stream()).high).toBeGreaterThan(harmedClientBounds(alike, stream()).high + 0.1);
});

test("refusals of one client bound the share of requests more loosely than the same spread over all", () => {
  const lumped = runsOf(...Array.from({ length: 6 }, () => [50, 0, 0, 0, 0]));
  const spread = runsOf(...Array.from({ length: 6 }, () => [10, 10, 10, 10, 10]));
  const [loose, tight] = [refusedRequestBounds(lumped, stream()), refusedRequestBounds(spread, stream())];
  expect(loose.high).toBeGreaterThan(0.15);
  expect(tight.high).toBeLessThan(0.12);
  expect(tight.low).toBeGreaterThan(loose.low);
});

test("nothing refused is still no proof that nothing is", () => {
  expect(refusedRequestBounds(runsOf([0, 0], [0, 0]), stream()).high).toBeCloseTo(0.0075, 4);
});

import { expect, test } from "vitest";
import { comparePaired, firstSeeds, runScenario, type ScenarioResult } from "../../../../simulator/index.ts";
import { ScenarioError } from "../../../../simulator/scenario-error.ts";
import { STEADY, STUFFING, stage } from "../../../helpers/scenarios.ts";

function result(allowed: number, seeds: readonly number[], actors = `${STEADY}\n${STUFFING}`): ScenarioResult {
  const { policy, scenario } = stage(`limit fair on all per client else ip.network allow ${allowed} per 1m`, actors);
  return runScenario(policy, scenario, { seeds });
}

test("a result does not differ from itself", () => {
  const one = result(6, [1, 2, 3]);
  const { seeds, attacks, populations } = comparePaired(one, one);
  expect(seeds).toEqual([1, 2, 3]);
  expect(attacks[0]!.admittedPercent).toMatchObject({ difference: 0, low: 0, high: 0, differs: false, pairs: 3 });
  expect(populations[0]!.refusedPercent!.differs).toBe(false);
});

test("tells by how much a tighter limit admits less, and that the interval is of differences, not of values", () => {
  const seeds = firstSeeds(8);
  const [loose, tight] = [result(8, seeds), result(7, seeds)];
  const { attacks, populations } = comparePaired(loose, tight);
  const admitted = attacks[0]!.admittedPercent!;
  expect(admitted.first).toBeGreaterThan(admitted.second);
  expect(admitted.difference).toBeCloseTo(admitted.second - admitted.first, 9);
  expect(admitted.low).toBeLessThanOrEqual(admitted.difference);
  expect(admitted.high).toBeGreaterThanOrEqual(admitted.difference);
  expect(admitted).toMatchObject({ differs: true, pairs: 8 });
  expect(populations[0]!.refusedPercent).toMatchObject({ differs: true });
  const values = loose.runs.map((run) => run.attacks[0]!.admittedPercent);
  expect(admitted.high - admitted.low).toBeLessThan(Math.max(...values) - Math.min(...values));
});

test("a few seeds are no proof of a difference", () => {
  const [few, enough] = [firstSeeds(4), firstSeeds(5)].map(
    (seeds) => comparePaired(result(20, seeds), result(1, seeds)).attacks[0]!.admittedPercent!,
  );
  expect(few).toMatchObject({ differs: false, pairs: 4 });
  expect(few!.high).toBeLessThan(0);
  expect(enough).toMatchObject({ differs: true, pairs: 5 });
});

test("compares what both have: seeds, attacks and populations", () => {
  const { seeds, attacks, populations } = comparePaired(result(6, [1, 2, 3]), result(6, [2, 3, 4], STEADY));
  expect(seeds).toEqual([2, 3]);
  expect(attacks).toEqual([]);
  expect(populations).toMatchObject([{ name: "callers", harmed: { pairs: 2 } }]);
});

test("a time is compared over seeds that have it in both", () => {
  const [stopped, open] = [result(1, [1, 2]), result(1000, [1, 2])];
  expect(stopped.attacks[0]!.neverContained).toBe(0);
  expect(comparePaired(stopped, open).attacks[0]!.containedMicros).toBe(null);
  expect(comparePaired(stopped, stopped).attacks[0]!.containedMicros!.pairs).toBe(2);
});

test("seeds that differ cannot be compared", () => {
  expect(() => comparePaired(result(6, [1]), result(6, [2]))).toThrow(ScenarioError);
});

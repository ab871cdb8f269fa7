import { expect, test } from "vitest";
import { measurePrecision } from "../../../../simulator/measures/precision.ts";
import { deriveStream } from "../../../../simulator/random.ts";
import { runScenario, type SeedResult, withoutRules } from "../../../../simulator/index.ts";
import { STEADY, STUFFING, stage } from "../../../helpers/scenarios.ts";

/** Runs in which so many of a thousand requests of an attack, and of each of a hundred clients, are refused. */
function runs(attack: number, client: number): readonly SeedResult[] {
  const { policy, scenario } = stage("", `${STEADY}\n${STUFFING}`);
  const [run] = runScenario(policy, scenario, { seeds: [1] }).runs;
  const perClient = Array.from({ length: 100 }, (_, i) => ({ client: `c${i}`, requests: 1000, refused: client }));
  return [1, 2, 3, 4, 5].map((seed) => ({
    ...run!,
    seed,
    attacks: run!.attacks.map((one) => ({ ...one, offered: 1000, admitted: 1000 - attack })),
    populations: run!.populations.map((one) => ({ ...one, perClient })),
  }));
}

test("a rare attack leaves most refusals to honest callers, however well it is caught", () => {
  const [rare, usual, flood] = measurePrecision(runs(990, 10), deriveStream(1, "p"));
  // 0.001 · 0.99 / (0.001 · 0.99 + 0.999 · 0.01)
  expect(rare!.percent).toBeCloseTo(9.02, 2);
  expect(usual!.percent).toBeCloseTo(83.31, 2);
  expect(flood!.percent).toBeCloseTo(98.08, 2);
});

test("where no honest request was refused the bound says how many may be", () => {
  const [rare] = measurePrecision(runs(1000, 0), deriveStream(1, "p"));
  expect(rare!.percent).toBe(100);
  // 3 in 500,000 requests against 1 in 1,000.
  expect(rare!.atLeast).toBeCloseTo(99.4, 1);
});

test("a handful of requests of attacks proves little, though all were refused", () => {
  const few = runs(0, 10).map((run) => ({
    ...run,
    attacks: run.attacks.map((one) => ({ ...one, offered: 2, admitted: 0 })),
  }));
  const [rare] = measurePrecision(few, deriveStream(1, "p"));
  // 10 of 10 refused: at 95 % at least 0.05^(1/10) = 74.1 % are, and 1.023 % of the others at most
  expect(rare!.percent).toBeCloseTo(9.1, 1);
  expect(rare!.atLeast).toBeCloseTo(6.76, 2);
});

test("says nothing where nothing was refused or nobody attacked", () => {
  expect(measurePrecision(runs(0, 0), deriveStream(1, "p"))).toEqual([]);
  const { policy, scenario } = stage("rule nobody then block", STEADY);
  expect(runScenario(policy, scenario, { seeds: [1] }).precision).toEqual([]);
  const both = stage("rule nobody then block", `${STEADY}\n${STUFFING}`);
  expect(runScenario(both.policy, both.scenario, { seeds: [1] }).precision).toHaveLength(3);
  expect(runScenario(withoutRules(both.policy), both.scenario, { seeds: [1] }).precision).toEqual([]);
});

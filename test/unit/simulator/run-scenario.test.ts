import { describe, expect, test } from "vitest";
import { createReference } from "../../../engine/index.ts";
import { firstSeeds, runScenario, scenarioJson } from "../../../simulator/index.ts";
import { ScenarioError } from "../../../simulator/scenario-error.ts";
import { STEADY, STUFFING, stage } from "../../helpers/scenarios.ts";

const RULES = "limit fair on all per client else ip.network allow 6 per 1m";
const { policy, scenario } = stage(
  RULES,
  `${STEADY}\n${STUFFING}\nseeds 3\nexpect crowd.admitted < 60%\nexpect callers.harmed = 0`,
);

test("the same inputs give the same bytes", () => {
  const text = (): string => JSON.stringify(scenarioJson(runScenario(policy, scenario, { seeds: [4, 9] })));
  expect(text()).toBe(text());
});

test("the reference gives the same result as the compiled engine", () => {
  const seeds = [1, 2];
  expect(runScenario(policy, scenario, { seeds, createEngine: createReference })).toEqual(
    runScenario(policy, scenario, { seeds }),
  );
});

test("puts the seeds together", () => {
  const result = runScenario(policy, scenario);
  expect(result.seeds).toEqual([1, 2, 3]);
  const [population] = result.populations;
  const refused = result.runs.map((run) => run.populations[0]!.refused);
  expect(population!.refused).toBe(refused.reduce((a, b) => a + b));
  expect(population!.harmed.most).toBe(3);
  expect(population!.worst.map((story) => story.refused)).toEqual(
    population!.worst.map((story) => story.refused).toSorted((a, b) => b - a),
  );
  expect(result.attacks[0]!.timeline.offered.reduce((a, b) => a + b)).toBe(result.attacks[0]!.offered);
  const fair = result.rules.find((rule) => rule.name === "fair");
  expect(fair!.refusedPopulations).toBe(population!.refused);
  expect(result.held).toBe(false);
  expect(result.gates.map((gate) => gate.held)).toEqual([true, false]);
});

test("a single seed gives what it gives among others, and the decisions hash tells seeds apart", () => {
  const [, second] = runScenario(policy, scenario, { seeds: [1, 2] }).runs;
  const alone = runScenario(policy, scenario, { seeds: [2] });
  expect(alone.runs[0]).toEqual(second);
  expect(alone.decisionsHash).not.toBe(runScenario(policy, scenario, { seeds: [3] }).decisionsHash);
});

test("hands every decision to whoever listens", () => {
  const seen = new Map<number, number>();
  const result = runScenario(policy, scenario, { onDecision: ({ seed }) => seen.set(seed, (seen.get(seed) ?? 0) + 1) });
  expect([...seen]).toEqual(result.runs.map((run) => [run.seed, run.requests]));
});

test("shows what a rule in shadow would have done, and that it did nothing", () => {
  const staged = stage("rule nobody on login then block\nrollout { nobody shadow }", `${STEADY}\n${STUFFING}`);
  const { rules, populations, attacks } = runScenario(staged.policy, staged.scenario, { seeds: [1] });
  expect(rules).toMatchObject([{ name: "nobody", fired: 0, decided: 0, shadowAttacks: attacks[0]!.offered }]);
  expect(rules[0]!.shadowPopulations).toBeGreaterThan(100);
  expect(populations[0]!.refused + attacks[0]!.offered - attacks[0]!.admitted).toBe(0);
});

describe("seeds that make no sense", () => {
  test.each([
    [[], "a scenario runs over at least one seed"],
    [[1.5], "a seed is a whole number below 2^53, not 1.5"],
    [[1, 2, 1], "seed 1 stands twice; each seed counts once"],
  ])("%j: %s", (seeds, message) => {
    expect(() => runScenario(policy, scenario, { seeds })).toThrow(new ScenarioError(message));
  });

  test("the first seeds count from 1", () => {
    expect(firstSeeds(3)).toEqual([1, 2, 3]);
  });
});

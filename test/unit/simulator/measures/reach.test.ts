import { expect, test } from "vitest";
import { createReference } from "../../../../engine/index.ts";
import { sumReach } from "../../../../simulator/measures/reach.ts";
import { runScenario } from "../../../../simulator/run-scenario.ts";
import { STEADY, STUFFING, stage } from "../../../helpers/scenarios.ts";

const RULES = `
limit fair on thing per client else skip allow 1000 per 1s
limit idle on login when no client per ip.network allow 1 per 1s
list traps : path = ["/nowhere"]
rule trap when path in traps then block
rule known when has client then note "known"
rule stuffers on login when no client then block
rule quiet on login when no client then block 404
rollout { quiet shadow }`;

test("counts where a rule held and a limit was asked, whatever came of it, and all in the order of declaration", () => {
  const { policy, scenario } = stage(RULES, `${STEADY}\n${STUFFING}`);
  const result = runScenario(policy, scenario, { seeds: [1, 2] });
  const [population] = result.populations;
  const [attack] = result.attacks;
  const reached = Object.fromEntries(result.reach.map((one) => [one.name, one.reached]));
  expect(result.reach.map(({ name }) => name)).toEqual(["fair", "idle", "trap", "known", "stuffers", "quiet"]);
  expect(reached).toMatchObject({
    idle: 0,
    trap: 0,
    known: population!.requests,
    stuffers: attack!.offered,
    quiet: 0,
  });
  expect(reached["fair"]).toBeGreaterThan(0.7 * population!.requests);
  expect(reached["fair"]).toBeLessThan(0.9 * population!.requests);
  expect(result.reach.find(({ name }) => name === "quiet")).toMatchObject({ kind: "rule", rollout: "shadow" });
  expect(result.reach.find(({ name }) => name === "fair")).toMatchObject({ kind: "limit", rollout: "on" });
});

test("adds seeds up, and is the same of the reference", () => {
  const { policy, scenario } = stage(RULES, `${STEADY}\n${STUFFING}`);
  const result = runScenario(policy, scenario, { seeds: [1, 2] });
  expect(result.reach).toEqual(sumReach(result.runs.map((run) => run.reach)));
  expect(result.reach[3]!.reached).toBe(result.runs[0]!.reach[3]!.reached + result.runs[1]!.reach[3]!.reached);
  const byReference = runScenario(policy, scenario, { seeds: [1, 2], createEngine: createReference });
  expect(byReference.reach).toEqual(result.reach);
});

/** Two policies in one scenario. */
import { expect, test } from "vitest";
import type { Scenario } from "../../../../dsl/index.ts";
import type { Policy } from "../../../../engine/index.ts";
import { diffScenario, type DiffSide, runSeed, type ScenarioDiff, ScenarioError } from "../../../../simulator/index.ts";
import { stage, STEADY, STUFFING } from "../../../helpers/scenarios.ts";

const ALLOW = "rule any on all then allow";
const STOPS = `signal users = distinct(username) on login per ip.network over 10m
rule any on all then allow
rule stuffing on login when users > 2 then block for 15m per ip.network`;
const THROTTLES = `limit pace per client else ip allow 20 per 1m
rule any on all then allow`;
const EXPECTS = "expect callers.harmed = 0\nexpect crowd.admitted < 50%\nexpect crowd.contained < 4m";

function sideOf(policy: Policy): DiffSide {
  return { policy, sources: [] };
}

function diff(
  oldRules: string,
  newRules: string,
  clauses = `${STEADY}\n${STUFFING}\n${EXPECTS}`,
): Promise<ScenarioDiff> {
  const old = stage(oldRules, clauses, "default block");
  const now = stage(newRules, clauses, "default block");
  return diffScenario(sideOf(old.policy), sideOf(now.policy), now.scenario, { seeds: [1, 2, 3] });
}

test.each([ALLOW, STOPS, THROTTLES])("a policy does not differ from itself: %s", async (rules) => {
  const result = await diff(rules, rules);
  expect(result).toMatchObject({
    kind: "closed-loop",
    first: null,
    declarations: [],
    verdicts: { changed: 0, restated: 0, causes: [] },
  });
  for (const { sentOld, sentNew, requests, onlyOld, onlyNew } of result.origins) {
    expect({ sentNew, requests }).toEqual({ sentNew: sentOld, requests: sentOld });
    expect([...Object.values(onlyOld), ...Object.values(onlyNew)].every((count) => count === 0)).toBe(true);
  }
  expect(result.measures.every(({ difference }) => difference === null || difference === 0)).toBe(true);
});

test("counts as each policy by itself does: what was sent, admitted and refused", async () => {
  const result = await diff(STOPS, THROTTLES);
  const clauses = `${STEADY}\n${STUFFING}`;
  for (const [rules, key] of [
    [STOPS, "Old"],
    [THROTTLES, "New"],
  ] as const) {
    const { policy, scenario } = stage(rules, clauses, "default block");
    const runs = [1, 2, 3].map((seed) => runSeed(policy, scenario, seed));
    const origin = (name: string) => result.origins.find((each) => each.name === name);
    const offered = runs.reduce((sum, { attacks }) => sum + (attacks[0]?.offered ?? 0), 0);
    const sent = runs.reduce((sum, { populations }) => sum + (populations[0]?.requests ?? 0), 0);
    expect(origin("crowd")?.[`sent${key}`]).toBe(offered);
    expect(origin("callers")?.[`sent${key}`]).toBe(sent);
    for (const { requests, name } of result.origins) {
      const alone = Object.values(origin(name)?.[`only${key}`] ?? {}).reduce((sum, count) => sum + count, 0);
      expect(requests + alone).toBe(origin(name)?.[`sent${key}`]);
    }
    // The matrix and what one policy alone met add up to the run's verdicts.
    const blocked = runs.reduce(
      (sum, run) => sum + (run.attacks[0]?.verdicts.block ?? 0) + (run.populations[0]?.verdicts.block ?? 0),
      0,
    );
    const side = key === "Old" ? "old" : "new";
    const paired = result.verdicts.matrix
      .filter((cell) => cell[side] === "block")
      .reduce((sum, cell) => sum + cell.requests, 0);
    const alone = result.origins.reduce((sum, each) => sum + each[`only${key}`].block, 0);
    expect(paired + alone).toBe(blocked);
  }
});

test("the difference from NEW to OLD is the mirror of that from OLD to NEW", async () => {
  const [there, back] = [await diff(STOPS, THROTTLES), await diff(THROTTLES, STOPS)];
  expect(back.verdicts).toMatchObject({
    requests: there.verdicts.requests,
    changed: there.verdicts.changed,
    newlyRefused: there.verdicts.newlyAdmitted,
    newlyAdmitted: there.verdicts.newlyRefused,
  });
  expect(back.verdicts.matrix.map((cell) => `${cell.new} ${cell.old} ${cell.requests}`).sort()).toEqual(
    there.verdicts.matrix.map((cell) => `${cell.old} ${cell.new} ${cell.requests}`).sort(),
  );
  for (const [index, measure] of there.measures.entries()) {
    const mirror = back.measures[index];
    expect(mirror).toMatchObject({ old: measure.new, new: measure.old, pairs: measure.pairs });
    expect(mirror?.difference ?? 0).toBeCloseTo(-(measure.difference ?? 0), 9);
  }
  expect(back.first?.request).toMatchObject({ at: there.first?.request.at, ip: there.first?.request.ip });
});

test("pairs an attempt with its twin from another address, and counts an attack as one caller", async () => {
  const { origins, verdicts } = await diff(ALLOW, STOPS);
  const crowd = origins.find(({ name }) => name === "crowd");
  expect(crowd).toMatchObject({ attack: true, newlyAdmitted: 0 });
  // It rotates its source and goes on at the same pace, so that every attempt has a twin.
  expect(crowd?.requests).toBe(crowd?.sentOld);
  expect(crowd?.newlyRefused).toBeGreaterThan(100);
  expect(verdicts.callers[0]).toMatchObject({ name: "attack crowd", changed: crowd?.changed });
});

test("counts retries that only one policy caused", async () => {
  const retrying = STEADY.replace("mix thing", "retries fixed mix thing");
  const { origins, verdicts } = await diff(ALLOW, THROTTLES, retrying);
  const [callers] = origins;
  expect(callers?.sentNew).toBeGreaterThan(callers?.sentOld ?? 0);
  expect(callers?.onlyOld).toEqual({ allow: 0, slow: 0, challenge: 0, throttle: 0, block: 0 });
  expect((callers?.onlyNew.throttle ?? 0) + (callers?.onlyNew.allow ?? 0)).toBe(
    (callers?.sentNew ?? 0) - (callers?.sentOld ?? 0),
  );
  expect(verdicts.newlyRefused).toBeGreaterThan(0);
});

test("measures both, paired by seed, and judges the expectations under both", async () => {
  const { measures, gates } = await diff(ALLOW, STOPS);
  const measure = (name: string) => measures.find(({ subject, metric }) => `${subject}.${metric}` === name);
  expect(measures.map(({ subject, metric }) => `${subject}.${metric}`)).toEqual([
    "callers.harmed",
    "callers.refused",
    "crowd.admitted",
    "crowd.succeeded",
    "crowd.contained",
  ]);
  const admitted = measure("crowd.admitted");
  expect(admitted).toMatchObject({ old: 100, unit: "percent", pairs: 3 });
  expect(admitted?.difference).toBeCloseTo((admitted?.new ?? 0) - 100, 9);
  expect(admitted?.interval?.high).toBeLessThan(-50);
  expect(admitted?.interval?.low).toBeLessThanOrEqual(admitted?.difference ?? 0);
  // Under ALLOW it never is contained, so there is nothing to take from.
  expect(measure("crowd.contained")).toMatchObject({ old: null, difference: null, interval: null, pairs: 0 });
  expect(gates.map((gate) => `${gate.text}: ${gate.old} ${gate.new}`)).toEqual([
    "callers.harmed = 0: true false",
    "crowd.admitted < 50%: false true",
    "crowd.contained < 4m: false true",
  ]);
});

test("explains the first request that turns, in the run that it happened in", async () => {
  const { first } = await diff(ALLOW, STOPS);
  expect(first).toMatchObject({
    request: { seed: 1, method: "POST", path: "/login" },
    old: { verdict: "allow" },
    new: { verdict: "block", by: "stuffing" },
  });
  expect(first?.explanations?.old.decision).toMatchObject({ verdict: "allow", by: null });
  expect(first?.explanations?.new.decision).toMatchObject({ verdict: "block", by: "stuffing" });
});

test("decides callers and routes that OLD lacks as a stranger's and an unknown path, and says so", async () => {
  const { policy, scenario } = stage(ALLOW, STEADY, "default block");
  const poorer: Policy = { ...policy, clients: policy.clients.slice(1), routes: policy.routes.slice(0, 1) };
  const renamed = { ...poorer, rules: poorer.rules.map((rule) => ({ ...rule, on: [0] })) };
  const result = await diffScenario(sideOf(renamed), sideOf(policy), scenario, { seeds: [1] });
  expect(result.caveats[0]).toBe(
    "OLD's inventory does not have client `alpha`: it decides their requests as a stranger's.",
  );
  expect(result.caveats[1]).toBe(
    "OLD does not declare route `thing`: it decides those requests as it does any unknown path.",
  );
  expect(result.verdicts.causes).toMatchObject([
    { old: { verdict: "block", by: "no_rule_allows" }, new: { verdict: "allow" } },
  ]);
  expect(result.verdicts.routes).toMatchObject([{ name: "no route → thing" }]);
  expect(
    await diffScenario(sideOf(policy), sideOf(renamed), scenario, { seeds: [1], scenarioFrom: "old" }),
  ).toMatchObject({
    caveats: [
      expect.stringMatching(/^NEW's inventory/) as string,
      expect.stringMatching(/^NEW does not declare/) as string,
      {},
    ],
  });
});

test("does not run what cannot be run", async () => {
  const { policy, scenario } = stage(ALLOW, STEADY, "default block");
  const run = (seeds: readonly number[], of: Scenario = scenario) =>
    diffScenario(sideOf(policy), sideOf(policy), of, { seeds, maxRequests: 100 });
  await expect(run([])).rejects.toThrow(ScenarioError);
  await expect(run([1, 1])).rejects.toThrow(/stands twice/);
  await expect(run([1])).rejects.toThrow(/100 are the most/);
});

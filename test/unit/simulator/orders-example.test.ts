/** What examples/orders claims: its policy reaches every expectation over thirty seeds, with room to spare; its naive twin does not. */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadPolicy, nodeFiles } from "../../../dsl/index.ts";
import {
  createEngine,
  createReference,
  type EngineOptions,
  type Policy,
  type PolicyEngine,
} from "../../../engine/index.ts";
import { firstSeeds, runScenario, type ScenarioOptions, type ScenarioResult } from "../../../simulator/index.ts";

const EXAMPLES = join(import.meta.dirname, "../../../examples/orders");
/** Two minutes into the attack: the reference is slow. */
const UNTIL = 7 * 60_000_000;

/** @param until - End of the run in microseconds, where it is to be cut short. */
function simulate(name: string, options: ScenarioOptions, until?: number): ScenarioResult {
  const { policy, scenarios, diagnostics } = loadPolicy(join(EXAMPLES, name), nodeFiles);
  const [scenario] = scenarios;
  expect(diagnostics).toEqual([]);
  if (policy === null || scenario === undefined) throw new Error(`${name} does not load`);
  return runScenario(policy, { ...scenario, runMicros: until ?? scenario.runMicros }, options);
}

const heldOf = (result: ScenarioResult): unknown =>
  Object.fromEntries(result.gates.map(({ text, held }) => [text, held]));

test("every expectation holds over thirty seeds, with a bound at most half of what is expected", {
  timeout: 120_000,
}, () => {
  const result = simulate("orders.edgepolicy", { seeds: firstSeeds(30) });
  expect(result.held).toBe(true);
  for (const gate of result.gates) if (gate.op === "<") expect(gate.bound).toBeLessThan(gate.value / 2);
});

describe("the naive twin", () => {
  const result = simulate("naive.edgepolicy", { seeds: firstSeeds(5) });

  test("stops nothing of the attack and troubles partners", () => {
    expect(heldOf(result)).toMatchObject({
      "stuffers.admitted < 1%": false,
      "stuffers.contained < 30s": false,
      "partners.harmed = 0": false,
    });
    expect(result.attacks[0]!.admittedPercent).toBeGreaterThan(95);
  });

  test("meets the same traffic as the policy", () => {
    const policy = simulate("orders.edgepolicy", { seeds: [1] });
    const offered = (one: ScenarioResult): unknown =>
      one.runs[0]!.attacks.map(({ offered: tries, sources }) => [tries, sources]);
    expect(offered(policy)).toEqual(offered(result));
  });
});

test("both engines decide the first two minutes of the attack alike", { timeout: 60_000 }, () => {
  const compiled = simulate("orders.edgepolicy", { seeds: [2] }, UNTIL);
  const reference = simulate("orders.edgepolicy", { seeds: [2], createEngine: createReference }, UNTIL);
  expect(reference).toEqual(compiled);
  expect(compiled.attacks[0]!.offered).toBeGreaterThan(800);
});

test("an attack that shows another face from each network is contained late, as the README says", () => {
  const { attacks } = simulate("orders.edgepolicy", { seeds: [1], createEngine: withManyFaces });
  expect(attacks[0]!.admittedPercent).toBeGreaterThan(10);
  expect(attacks[0]!.admittedPercent).toBeLessThan(15);
  expect(attacks[0]!.containedMicros!.mean).toBeGreaterThan(100e6);
  expect(attacks[0]!.containedMicros!.mean).toBeLessThan(200e6);
});

/** An engine to which every stranger's address has a tool of its own. */
function withManyFaces(policy: Policy, options?: EngineOptions): PolicyEngine {
  const engine = createEngine(policy, options);
  return {
    policy,
    needs: engine.needs,
    readings: engine.readings,
    routeOf: (request) => engine.routeOf(request),
    reload: (next) => engine.reload(next),
    setList: (name, values) => engine.setList(name, values),
    setOverlays: (overlays) => engine.setOverlays(overlays),
    observe: (token, outcome, now) => engine.observe(token, outcome, now),
    decide: (request, now) => {
      const headers = request.client === null ? { ...request.headers, "user-agent": request.ip } : request.headers;
      return engine.decide({ ...request, headers }, now);
    },
  };
}

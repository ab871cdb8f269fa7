/**
 * What `examples/attacks/` claims, a file for each model of attacks: its policy stops the attack and harms nobody. And the controls
 * without which that would say nothing: no rules let all of it through, a refusal of everything lets none, and no attack is refused nothing.
 */
import { describe, expect, test } from "vitest";
import { ATTACK_MODELS } from "../../../dsl/index.ts";
import { denyingAll, exampleNames, fileNameOf, loadExample, withoutAttack } from "../../../scripts/attack-examples.ts";
import { staleAttackPages } from "../../../scripts/attack-pages.ts";
import { threatName } from "../../../scripts/threat-names.ts";
import {
  type AttackSummary,
  firstSeeds,
  runScenario,
  type ScenarioResult,
  withoutRules,
} from "../../../simulator/index.ts";

const SEEDS = firstSeeds(5);

test("every model has an example, and every example a model", () => {
  expect(exampleNames()).toEqual(ATTACK_MODELS.map(fileNameOf));
});

test("every model names threats of OWASP's, and no others", () => {
  for (const { threats } of ATTACK_MODELS) {
    expect(threats.length).toBeGreaterThan(0);
    expect(threats.filter((id) => threatName(id) === null)).toEqual([]);
  }
});

test("docs/attacks is what models and examples say: node scripts/attack-pages.ts writes it", {
  timeout: 120_000,
}, () => {
  expect(staleAttackPages()).toEqual([]);
});

describe.each(exampleNames())("%s", (name) => {
  const { policy, scenario, model } = loadExample(name);
  const names = scenario.attacks.filter((attack) => attack.model === model.name).map((attack) => attack.name);
  const attackOf = (result: ScenarioResult): readonly AttackSummary[] =>
    result.attacks.filter((attack) => names.includes(attack.name));
  let ownResult: ScenarioResult | null = null;
  /** What the example gives, run once for all tests that ask. */
  const own = (): ScenarioResult => (ownResult ??= runScenario(policy, scenario, { seeds: SEEDS }));
  const refusedOf = (result: ScenarioResult): readonly number[] => result.populations.map(({ refused }) => refused);

  test("expects the attack stopped, and honest callers of several kinds unharmed", () => {
    const expected = scenario.expectations.map(({ subject, metric }) => `${subject}.${metric}`);
    const harmed = scenario.populations.map((population) => `${population.name}.harmed`);
    expect(expected).toEqual(expect.arrayContaining(harmed));
    expect(expected.filter((text) => names.some((attack) => text.startsWith(`${attack}.`)))).not.toEqual([]);
    expect(new Set(scenario.populations.map((population) => population.model)).size).toBeGreaterThan(2);
    expect(scenario.populations.some(({ retries }) => retries !== "none")).toBe(true);
  });

  test("meets every expectation", { timeout: 60_000 }, () => {
    const result = own();
    expect(result.gates.filter(({ held }) => !held)).toEqual([]);
    expect(result.populations.every(({ requests }) => requests > 0)).toBe(true);
  });

  test("is needed: without rules all of the attack is let through, and succeeds", { timeout: 60_000 }, () => {
    const open = runScenario(withoutRules(policy), scenario, { seeds: SEEDS });
    expect(open.held).toBe(false);
    expect(attackOf(open).map(({ admittedPercent }) => admittedPercent)).toEqual(names.map(() => 100));
    for (const [i, attack] of attackOf(open).entries()) {
      expect(attack.succeeded.mean).toBeGreaterThan(2 * (attackOf(own())[i]?.succeeded.mean ?? 0));
    }
    expect(refusedOf(open)).toEqual(scenario.populations.map(() => 0));
  });

  test("does more than refuse: what denies all stops the attack, and everybody else", { timeout: 60_000 }, () => {
    const closed = runScenario(denyingAll(policy), scenario, { seeds: SEEDS.slice(0, 2) });
    expect(attackOf(closed).map(({ admitted, succeeded }) => admitted + succeeded.most)).toEqual(names.map(() => 0));
    expect(closed.populations.map(({ refusedPercent }) => refusedPercent)).toEqual(scenario.populations.map(() => 100));
  });

  test("refuses nothing where nobody attacks", { timeout: 60_000 }, () => {
    const peace = runScenario(policy, withoutAttack(scenario), { seeds: SEEDS });
    expect(refusedOf(peace)).toEqual(scenario.populations.map(() => 0));
  });
});

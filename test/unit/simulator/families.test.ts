/**
 * What the families of `examples/` claim: on the same traffic the naive policy fails, and the other one holds. And the controls without
 * which that would say nothing: no rules let all of the attacks through, a refusal of everything harms everybody, and no attack is
 * refused nothing.
 */
import { describe, expect, test } from "vitest";
import { denyingAll, withoutAttack } from "../../../scripts/attack-examples.ts";
import {
  type FamilyRuns,
  type FamilySide,
  FAMILY_SEEDS,
  familyNames,
  loadFamily,
  runFamily,
  runSide,
  staleFamilyFiles,
} from "../../../scripts/example-families.ts";
import { type ScenarioResult, withoutRules } from "../../../simulator/index.ts";

const TIMEOUT = 120_000;

const succeededOf = (results: readonly ScenarioResult[]): number =>
  results.flatMap(({ attacks }) => attacks).reduce((sum, attack) => sum + attack.succeeded.mean, 0);

test("there are families", () => {
  expect(familyNames()).toEqual(
    expect.arrayContaining([
      "account-takeover",
      "credential-stuffing",
      "inventory-hoarding",
      "key-spray",
      "low-and-slow",
      "scraping",
    ]),
  );
});

describe.each(familyNames())("%s", (name) => {
  const family = loadFamily(name);
  const { naive, good } = family;
  let familyRuns: FamilyRuns | null = null;
  /** What both policies give, run once for all tests that ask. */
  const runs = (): FamilyRuns => (familyRuns ??= runFamily(family));
  const attacks = good.scenarios.flatMap((scenario) => scenario.attacks.map((attack) => attack.name));

  test("both policies meet the same traffic, and are expected the same", () => {
    const traffic = (side: FamilySide): unknown =>
      side.scenarios.map(({ name, populations, expectations }) => [
        name,
        populations.map((one) => [one.name, one.model, one.clients]),
        expectations.map(({ text }) => text),
      ]);
    expect(traffic(naive)).toEqual(traffic(good));
    expect(attacks).not.toEqual([]);
    for (const { populations, expectations } of good.scenarios) {
      const harmed = populations.map((population) => `${population.name}.harmed`);
      expect(expectations.map(({ subject, metric }) => `${subject}.${metric}`)).toEqual(expect.arrayContaining(harmed));
    }
  });

  test("the good policy meets every expectation, and lets less abuse succeed by far", { timeout: TIMEOUT }, () => {
    const { good: results, naive: first } = runs();
    expect(results.flatMap(({ gates }) => gates).filter(({ held }) => !held)).toEqual([]);
    expect(succeededOf(results)).toBeLessThan(succeededOf(first) / 4);
    const failed = first.flatMap(({ gates }) => gates).filter(({ held }) => !held);
    expect(failed.filter(({ subject }) => attacks.includes(subject))).not.toEqual([]);
    expect(failed.filter(({ metric }) => metric === "harmed")).not.toEqual([]);
  });

  test("without rules everything is let through", { timeout: TIMEOUT }, () => {
    const results = runSide({ ...good, policy: withoutRules(good.policy) }, FAMILY_SEEDS.slice(0, 2));
    for (const { held, attacks: open, populations } of results) {
      expect(held).toBe(false);
      expect(open.every(({ admittedPercent }) => admittedPercent === 100)).toBe(true);
      expect(populations.every(({ refused }) => refused === 0)).toBe(true);
    }
  });

  test("a refusal of everything stops the attacks and everybody else", { timeout: TIMEOUT }, () => {
    const results = runSide({ ...good, policy: denyingAll(good.policy) }, FAMILY_SEEDS.slice(0, 2));
    for (const { attacks: closed, populations } of results) {
      expect(closed.every(({ admitted }) => admitted === 0)).toBe(true);
      expect(populations.every(({ refusedPercent }) => refusedPercent === 100)).toBe(true);
    }
  });

  test("where nobody attacks, the good policy refuses nothing", { timeout: TIMEOUT }, () => {
    const results = runSide({ ...good, scenarios: good.scenarios.map(withoutAttack) }, FAMILY_SEEDS);
    for (const { populations } of results) expect(populations.every(({ refused }) => refused === 0)).toBe(true);
  });

  test("its README's figures and pictures are new: node scripts/example-families.ts writes them", {
    timeout: TIMEOUT,
  }, () => {
    expect(staleFamilyFiles(name, runs())).toEqual([]);
  });
});

/** Which declarations keep their state over a reload, begin anew, or are gone. */
import { expect, test } from "vitest";
import type { Policy } from "../../../../engine/index.ts";
import type { StateName } from "../../../../engine/snapshot/format.ts";
import { reloadReport, stateNames } from "../../../../engine/state/report.ts";
import { makeLimit, makePolicy, makeRule, makeSignal } from "../../../helpers/policies.ts";

const RATE = { allow: 1, perMicros: 1_000, burst: 1 };

function policyOf(...names: readonly (string | readonly [name: string, was: string])[]): Policy {
  return makePolicy({
    signals: names.map((each) => {
      const [name, was] = typeof each === "string" ? [each, null] : each;
      return makeSignal(name, 1_000, { stateId: `${name} id`, wasStateId: was === null ? null : `${was} id` });
    }),
  });
}

function report(before: Policy, next: Policy): readonly (readonly string[])[] {
  const { kept, fresh, dropped } = reloadReport(stateNames(before), next);
  return [kept, fresh, dropped];
}

test("names every piece of state once, by its identity and the one before", () => {
  const ban = { forMicros: 5, doublingToMicros: null, keys: [], on: null, stateId: "ban id" };
  const policy = makePolicy({
    signals: [makeSignal("calls", 1_000, { stateId: "s", wasStateId: "t" })],
    limits: [
      makeLimit("pace", RATE, { stateId: "l", wasStateId: "m" }),
      makeLimit("quota", RATE, { stateId: "q", amount: { kind: "calendar", count: 1, unit: "day", zone: "UTC" } }),
    ],
    rules: [
      makeRule("allows"),
      makeRule("blocks", { action: { kind: "block", status: 403, ban: null } }),
      makeRule("bans", { action: { kind: "block", status: 403, ban } }),
      makeRule("bans_too", { action: { kind: "block", status: 403, ban } }),
    ],
  });
  expect(stateNames(policy)).toEqual([
    ["signal s", "calls", "signal t"],
    ["limit gcra l", "pace", "limit gcra m"],
    ["limit calendar day UTC q", "quota", null],
    ["ban ban id", "bans_too", null],
  ] satisfies readonly StateName[]);
});

test("of the same identity is kept, of a new one begins anew, and what nobody has is gone", () => {
  expect(report(policyOf("a", "b"), policyOf("b", "c"))).toEqual([["b"], ["c"], ["a"]]);
  expect(report(policyOf(), policyOf("a"))).toEqual([[], ["a"], []]);
  expect(report(policyOf("a"), policyOf())).toEqual([[], [], ["a"]]);
});

test("a name that is still there is not gone, though its state begins anew", () => {
  const changed = makePolicy({ signals: [makeSignal("a", 2_000, { stateId: "other" })] });
  expect(report(policyOf("a"), changed)).toEqual([[], ["a"], []]);
});

test("one that was renamed takes over the state of its former name", () => {
  expect(report(policyOf("a"), policyOf(["b", "a"]))).toEqual([["b"], [], []]);
  expect(report(policyOf(), policyOf(["b", "a"]))).toEqual([[], ["b"], []]);
});

test("but not where it had state already, where another has the former name, or has taken it over", () => {
  expect(report(policyOf("a", "b"), policyOf(["b", "a"]))).toEqual([["b"], [], ["a"]]);
  expect(report(policyOf("a"), policyOf(["b", "a"], "a"))).toEqual([["a"], ["b"], []]);
  expect(report(policyOf("a"), policyOf(["b", "a"], ["c", "a"]))).toEqual([["b"], ["c"], []]);
});

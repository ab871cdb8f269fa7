import { expect, test } from "vitest";
import { reloadReport } from "../../../../engine/reference/reload.ts";
import type { Policy } from "../../../../engine/index.ts";
import { policyOf } from "../../../helpers/compiled.ts";
import { makePolicy, makeSignal } from "../../../helpers/policies.ts";

function report(before: string, after: string): ReturnType<typeof reloadReport> {
  return reloadReport(policyOf(before), policyOf(after));
}

const OLD = `signal s = count per ip over 1m
limit l per ip allow 1 per 1s
rule r when method is POST then block for 1m per ip`;

test("what has the same identity is kept", () => {
  expect(report(OLD, OLD)).toEqual({ kept: ["s", "l", "r"], fresh: [], dropped: [] });
  expect(report(OLD, OLD.replace("allow 1 per 1s", "allow 9 per 1s"))).toMatchObject({ kept: ["s", "l", "r"] });
});

test("what has another one begins anew under its name, and what is gone is dropped", () => {
  expect(report(OLD, "signal s = count per ip over 2m")).toEqual({ kept: [], fresh: ["s"], dropped: ["l", "r"] });
  expect(report("", OLD)).toEqual({ kept: [], fresh: ["s", "l", "r"], dropped: [] });
  expect(report(OLD, "")).toEqual({ kept: [], fresh: [], dropped: ["s", "l", "r"] });
  expect(report("limit l per ip allow 1 per 1s", "limit l per ip allow 1 per 1s exact")).toEqual({
    kept: [],
    fresh: ["l"],
    dropped: [],
  });
});

test("a rule without a ban has no state", () => {
  expect(report("rule r when method is POST then block", "")).toEqual({ kept: [], fresh: [], dropped: [] });
});

test("what was renamed keeps its state, unless its name is still in use or it is claimed twice", () => {
  const signal = "signal a = count per ip over 1m";
  expect(report(signal, "signal b = count per ip over 1m was a")).toEqual({ kept: ["b"], fresh: [], dropped: [] });
  expect(report(signal, "signal b = count per ip over 1m")).toEqual({ kept: [], fresh: ["b"], dropped: ["a"] });
  const named = (...names: readonly (readonly [string, string | null])[]): Policy =>
    makePolicy({ signals: names.map(([name, was]) => makeSignal(name, 60, { stateId: name, wasStateId: was })) });
  const old = named(["a", null]);
  expect(reloadReport(old, named(["b", "a"], ["a", null]))).toEqual({ kept: ["a"], fresh: ["b"], dropped: [] });
  expect(reloadReport(old, named(["b", "a"], ["c", "a"]))).toEqual({ kept: ["b"], fresh: ["c"], dropped: [] });
  expect(reloadReport(named(["a", null], ["b", null]), named(["b", "a"]))).toEqual({
    kept: ["b"],
    fresh: [],
    dropped: ["a"],
  });
  const limit = "limit a per ip allow 1 per 1s";
  expect(report(limit, "limit b per ip allow 1 per 1s was a")).toEqual({ kept: ["b"], fresh: [], dropped: [] });
});

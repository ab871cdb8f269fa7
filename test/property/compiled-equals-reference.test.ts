/**
 * The contract of the optimiser: the compiled engine and the reference interpreter give the same decision and the same
 * state on every sequence of requests, outcomes and reloads.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { createEngine, createReference } from "../../engine/index.ts";
import { arbitraryRequest, arbitraryTrace, arbitraryWideTrace } from "../helpers/generators.ts";
import { arbitraryPolicy } from "../helpers/generators-policy.ts";
import { lockstep } from "../helpers/lockstep.ts";
import { check } from "../helpers/property.ts";

const TRACES = 2_800;
const LEAST_STEPS = 100_000;

test("every decision and every reading of every trace is the same", { timeout: 300_000 }, () => {
  let steps = 0;
  check(
    fc.property(arbitraryTrace, (trace) => {
      const { difference, decisions } = lockstep(trace, [createReference, createEngine]);
      steps += decisions.length;
      expect(difference).toBeNull();
    }),
    { runs: TRACES },
  );
  expect(steps).toBeGreaterThanOrEqual(LEAST_STEPS);
});

test("so it is for policies of many rules", { timeout: 120_000 }, () => {
  check(
    fc.property(arbitraryWideTrace, (trace) => {
      expect(lockstep(trace, [createReference, createEngine]).difference).toBeNull();
    }),
    { runs: 200 },
  );
});

test("both choose the same route and need the same of a request", () => {
  check(
    fc.property(arbitraryPolicy, fc.array(arbitraryRequest, { maxLength: 10 }), (policy, requests) => {
      const [reference, compiled] = [createReference(policy), createEngine(policy)];
      expect(compiled.needs).toEqual(reference.needs);
      for (const request of requests) expect(compiled.routeOf(request)).toBe(reference.routeOf(request));
    }),
    { runs: 300 },
  );
});

test("both use the key of the state hash alike", () => {
  check(
    fc.property(arbitraryTrace, fc.tuple(fc.nat(), fc.nat()), (trace, hashKey) => {
      const keyed = { ...trace, steps: trace.steps.filter(({ kind }) => kind === "request") };
      const makers = [createReference, createEngine].map(
        (make) => (policy: Parameters<typeof make>[0]) => make(policy, { hashKey }),
      );
      expect(lockstep(keyed, makers).difference).toBeNull();
    }),
    { runs: 100 },
  );
});

test("when too many outcomes are awaited, both forget the oldest", () => {
  check(
    fc.property(arbitraryTrace, fc.integer({ min: 1, max: 4 }), (trace, pendingOutcomes) => {
      const makers = [createReference, createEngine].map(
        (make) => (policy: Parameters<typeof make>[0]) => make(policy, { pendingOutcomes }),
      );
      expect(lockstep(trace, makers).difference).toBeNull();
    }),
    { runs: 150 },
  );
});

/**
 * The contract of the optimiser: the compiled engine and the reference interpreter give the same decision and the same
 * state on every sequence of requests, outcomes and reloads.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Rule } from "../../engine/index.ts";
import { createEngine, createReference, makeRequest } from "../../engine/index.ts";
import { arbitraryAlikeTrace, arbitraryTrace, arbitraryWideTrace } from "../helpers/generators.ts";
import { arbitraryPolicy } from "../helpers/generators-policy.ts";
import { arbitraryRequest } from "../helpers/generators-requests.ts";
import { lockstep, type MakeEngine } from "../helpers/lockstep.ts";
import { attributeOf, makePolicy, makeRule, makeSignal } from "../helpers/policies.ts";
import { check, scaled } from "../helpers/property.ts";

/** The compiled engine as it is where the host makes no functions of texts. */
const createClosed: MakeEngine = (policy) => createEngine(policy, { generate: false });
/** All that must agree. */
const MAKERS: readonly MakeEngine[] = [createReference, createEngine, createClosed];

const TRACES = 3_000;
const LEAST_STEPS = 100_000;

test("every decision and every reading of every trace is the same", { timeout: 600_000 }, () => {
  let steps = 0;
  check(
    fc.property(arbitraryTrace, (trace) => {
      const { difference, decisions } = lockstep(trace, MAKERS);
      steps += decisions.length;
      expect(difference).toBeNull();
    }),
    { runs: TRACES },
  );
  expect(steps).toBeGreaterThanOrEqual(scaled(LEAST_STEPS));
});

test("so it is for policies of many rules", { timeout: 120_000 }, () => {
  check(
    fc.property(arbitraryWideTrace, (trace) => {
      expect(lockstep(trace, MAKERS).difference).toBeNull();
    }),
    { runs: 200 },
  );
});

test("so it is where many rules, limits and terms ask the same slots for other values", { timeout: 240_000 }, () => {
  check(
    fc.property(arbitraryAlikeTrace, (trace) => {
      expect(lockstep(trace, MAKERS).difference).toBeNull();
    }),
    { runs: 400 },
  );
});

test("the sketch of distinct reads the same, however many values came and went", { timeout: 300_000 }, () => {
  const window = 16_000;
  const values = attributeOf("string", "header", "x-a");
  const policy = makePolicy({
    signals: [makeSignal("values", window, { aggregate: { kind: "distinct", value: values } })],
  });
  const visit = fc.record({
    gap: fc.constantFrom(0, 1, 999, 1_000, 1_001, 7_500, 15_999, 16_000, 16_999, 17_000, 17_001, 40_000),
    from: fc.nat(400),
    count: fc.constantFrom(1, 5, 16, 17, 60, 400),
  });
  check(
    fc.property(fc.array(visit, { minLength: 1, maxLength: 8 }), fc.constantFrom(0, 1, 5, 999), (visits, start) => {
      const engines = [createReference(policy), createEngine(policy)];
      const read = (now: number): number[] =>
        engines.map((each) => each.readings.signal("values", [{ option: 0, value: "10.0.0.1" }], now));
      let now = start;
      for (const { gap, from, count } of visits) {
        now += gap;
        for (let value = from; value < from + count; value++) {
          for (const engine of engines)
            engine.decide(makeRequest({ ip: "10.0.0.1", headers: { "x-a": `v${value}` } }), now);
        }
        for (const later of [0, 1_000, 8_000, 16_000, 16_999, 17_000, 34_000]) {
          const [reference, compiled] = read(now + later);
          expect(compiled).toBe(reference);
        }
      }
    }),
    { runs: 100 },
  );
});

test("novel and overflow forget the same values when there are too many, also of one instant", {
  timeout: 300_000,
}, () => {
  const window = 16_000;
  const value = attributeOf("string", "header", "x-a");
  const rate = { allow: 1, perMicros: 100, burst: 60 };
  const read = (index: number): Rule =>
    makeRule(`rule_${index}`, {
      when: { kind: "signal", type: { scalar: "bool", set: false }, span: { file: 0, start: 0, end: 0 }, index },
      action: { kind: "note", label: `signal_${index}` },
    });
  const policy = makePolicy({
    signals: [
      makeSignal("novel", window, { aggregate: { kind: "novel", value } }),
      makeSignal("overflow", window, { aggregate: { kind: "overflow", rate, value } }),
    ],
    rules: [read(0), read(1)],
  });
  const visit = fc.record({
    gap: fc.constantFrom(0, 1, 99, 100, 2_000, 6_100, 6_101, 15_999, 16_000),
    pace: fc.constantFrom(0, 0, 1, 90, 110, 150),
    /** How many values to go back to before. */
    back: fc.oneof(fc.constantFrom(0, 1, 32, 33), fc.integer({ min: 120, max: 131 })),
    count: fc.constantFrom(1, 5, 31, 32, 33, 60, 61, 200),
  });
  check(
    fc.property(fc.array(visit, { minLength: 1, maxLength: 8 }), (visits) => {
      const engines = [createReference(policy), createEngine(policy)];
      let [now, next] = [0, 0];
      for (const { gap, pace, back, count } of visits) {
        now += gap;
        const from = Math.max(0, next - back);
        next = Math.max(next, from + count);
        for (let number = from; number < from + count; number++) {
          now += pace;
          const request = makeRequest({ ip: "10.0.0.1", headers: { "x-a": `v${number}` } });
          const [reference, compiled] = engines.map((each) => [
            each.decide(request, now).toDecision().labels,
            each.readings.signal("novel", [{ option: 0, value: "10.0.0.1" }], now),
          ]);
          expect(compiled).toEqual(reference);
        }
      }
    }),
    { runs: 150 },
  );
});

test("both choose the same route and need the same of a request", { timeout: 300_000 }, () => {
  check(
    fc.property(arbitraryPolicy, fc.array(arbitraryRequest, { maxLength: 10 }), (policy, requests) => {
      const [reference, compiled] = [createReference(policy), createEngine(policy)];
      expect(compiled.needs).toEqual(reference.needs);
      for (const request of requests) expect(compiled.routeOf(request)).toBe(reference.routeOf(request));
    }),
    { runs: 300 },
  );
});

test("both use the key of the state hash alike", { timeout: 300_000 }, () => {
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

test("when too many outcomes are awaited, both forget the oldest", { timeout: 300_000 }, () => {
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

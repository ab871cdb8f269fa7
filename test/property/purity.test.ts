/** Looking changes nothing: readings, routes and decisions taken out as data leave every later decision as it was. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Policy, PolicyEngine } from "../../engine/index.ts";
import { ENGINES } from "../helpers/engines.ts";
import { arbitraryTrace } from "../helpers/generators.ts";
import { arbitraryRequest } from "../helpers/generators-requests.ts";
import { lockstep } from "../helpers/lockstep.ts";
import { check } from "../helpers/property.ts";

const KEYS = ["203.0.113.9", "203.0.113.0/24", "a", "", 1].map((value) => [{ option: 0, value }]);

/** An engine that is looked at from every side before and after each call. */
function inspected(engine: PolicyEngine, look: (engine: PolicyEngine, now: number) => void): PolicyEngine {
  return {
    get policy() {
      return engine.policy;
    },
    get needs() {
      return engine.needs;
    },
    get readings() {
      return engine.readings;
    },
    setList: (name, values) => engine.setList(name, values),
    setOverlays: (overlays) => engine.setOverlays(overlays),
    decide: (request, now) => {
      look(engine, now);
      const record = engine.decide(request, now);
      look(engine, now + 1_000_000);
      record.toDecision();
      return record;
    },
    observe: (token, outcome, now) => engine.observe(token, outcome, now),
    routeOf: (request) => engine.routeOf(request),
    reload: (policy) => engine.reload(policy),
  };
}

function lookAt(engine: PolicyEngine, now: number): void {
  const { policy, readings } = engine;
  for (const keys of KEYS) {
    for (const { name } of policy.signals) readings.signal(name, keys, now);
    for (const { name } of policy.limits) readings.limit(name, keys, now);
    for (const { name } of policy.rules) readings.ban(name, keys, now);
  }
}

describe.each(ENGINES)("$name", ({ make }) => {
  test("readings, needs and route choice change no decision and no state", () => {
    check(
      fc.property(arbitraryTrace, arbitraryRequest, (trace, request) => {
        const looked = (policy: Policy): PolicyEngine =>
          inspected(make(policy), (engine, now) => {
            lookAt(engine, now);
            engine.routeOf(request);
            expect(engine.needs.headers).toEqual([...engine.needs.headers].sort());
          });
        expect(lockstep(trace, [make, looked]).difference).toBeNull();
      }),
      { runs: 50 },
    );
  });

  test("a decision taken out as data stays as it was when the engine decides again", () => {
    check(
      fc.property(arbitraryTrace, ({ policies, steps, start }) => {
        const engine = make(policies[0] as Policy);
        const taken = steps.flatMap((step) => {
          if (step.kind !== "request") return [];
          const decision = engine.decide(step.request, start).toDecision();
          return [{ decision, text: JSON.stringify(decision) }];
        });
        for (const { decision, text } of taken) expect(JSON.stringify(decision)).toBe(text);
      }),
      { runs: 50 },
    );
  });
});

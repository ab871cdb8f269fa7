/** Reloading: what a new policy keeps, and that everything it does not touch goes on as if nothing had happened. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Decision, Policy, PolicyEngine } from "../../engine/index.ts";
import { arbitraryTrace, type Step } from "../helpers/generators.ts";
import { ENGINES } from "../helpers/engines.ts";
import { admit, arbitraryArrivals, arbitraryRate } from "../helpers/arrivals.ts";
import { makeLimit, makePolicy, makeSignal } from "../helpers/policies.ts";
import { check } from "../helpers/property.ts";

/** Decides the requests of a trace, with something done between them. */
function decide(
  engine: PolicyEngine,
  steps: readonly Step[],
  start: number,
  between: (index: number) => void,
): Decision[] {
  let now = start;
  return steps.flatMap((step, index) => {
    if (step.kind !== "request") return [];
    now = Math.max(0, now + (step.gap.kind === "by" ? step.gap.micros : 500_000));
    between(index);
    const record = engine.decide(step.request, now);
    const decision = record.toDecision();
    if (step.outcome !== null && record.token !== 0) engine.observe(record.token, step.outcome, now);
    return [decision];
  });
}

/** The same policy as another object: what reading the same file again gives. */
function copyOf(policy: Policy): Policy {
  return JSON.parse(JSON.stringify(policy)) as Policy;
}

describe.each(ENGINES)("$name", ({ make }) => {
  test("reloading the same policy between any requests changes no decision", () => {
    check(
      fc.property(arbitraryTrace, fc.array(fc.nat(20), { maxLength: 4 }), ({ policies, steps, start }, moments) => {
        const policy = policies[0] as Policy;
        const still = make(policy);
        const reloaded = make(policy);
        const expected = decide(still, steps, start, () => {});
        const actual = decide(reloaded, steps, start, (index) => {
          if (!moments.includes(index)) return;
          const { fresh, dropped } = reloaded.reload(copyOf(policy));
          expect([fresh, dropped]).toEqual([[], []]);
        });
        expect(actual).toEqual(expected);
      }),
      { runs: 80 },
    );
  });

  test("editing one limit leaves every other limit and signal bit for bit", () => {
    const [other, edited] = [arbitraryRate, arbitraryRate];
    check(
      fc.property(
        other,
        edited,
        arbitraryRate,
        arbitraryArrivals(),
        arbitraryArrivals(),
        (first, old, next, before, after) => {
          const policyOf = (rate: typeof old): Policy =>
            makePolicy({
              signals: [makeSignal("hits", 50)],
              limits: [makeLimit("other", first), makeLimit("edited", rate)],
            });
          const engine = make(policyOf(old));
          for (const arrival of before) admit(engine, arrival);
          const now = before.at(-1)?.at ?? 0;
          const read = (): unknown[] => [
            engine.readings.limit("other", [{ option: 0, value: "10.0.0.0" }], now),
            engine.readings.signal("hits", [{ option: 0, value: "10.0.0.0" }], now),
            engine.readings.limit("edited", [{ option: 0, value: "10.0.0.0" }], now),
          ];
          const kept = read();
          expect(engine.reload(policyOf(next)).kept.toSorted()).toEqual(["edited", "hits", "other"]);
          expect(read()).toEqual(kept);
          for (const arrival of after) admit(engine, { ...arrival, at: arrival.at + now });
        },
      ),
      { runs: 150 },
    );
  });

  test("another key or window begins afresh, and says so", () => {
    const limit = makeLimit("limit", { allow: 1, perMicros: 1_000, burst: 1 });
    const engine = make(makePolicy({ signals: [makeSignal("hits", 1_000)], limits: [limit] }));
    expect(admit(engine, { at: 0, key: 0, cost: 1 })).toBe(true);
    const next = makePolicy({ signals: [makeSignal("hits", 2_000)], limits: [{ ...limit, stateId: "other keys" }] });
    const report = engine.reload(next);
    expect([report.kept, report.fresh.toSorted(), report.dropped]).toEqual([[], ["hits", "limit"], []]);
    expect(engine.readings.signal("hits", [{ option: 0, value: "10.0.0.0" }], 0)).toBe(0);
    expect(admit(engine, { at: 0, key: 0, cost: 1 })).toBe(true);
  });

  test("what a policy no longer declares is dropped, and begins afresh when it comes back", () => {
    const full = makePolicy({ limits: [makeLimit("limit", { allow: 1, perMicros: 1_000, burst: 1 })] });
    const engine = make(full);
    expect(admit(engine, { at: 0, key: 0, cost: 1 })).toBe(true);
    expect(engine.reload(makePolicy({})).dropped).toEqual(["limit"]);
    expect(engine.reload(full).fresh).toEqual(["limit"]);
    expect(admit(engine, { at: 0, key: 0, cost: 1 })).toBe(true);
  });
});

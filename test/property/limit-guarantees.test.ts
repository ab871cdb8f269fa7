/** What `exact`, calendar and concurrent limits guarantee, judged by lists of what they admitted; a held request counts at its release. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Amount, Policy, PolicyEngine, Refusal } from "../../engine/index.ts";
import { LEASE_MICROS, makeOutcome, makeRequest } from "../../engine/index.ts";
import { type Arrival, arbitraryArrivals, arbitraryRate } from "../helpers/arrivals.ts";
import { ENGINES } from "../helpers/engines.ts";
import { attributeOf, literalOf, makeLimit, makePolicy } from "../helpers/policies.ts";
import { check } from "../helpers/property.ts";

const HOUR = 3_600_000_000;
const NO_RATE = { allow: 1, perMicros: 1, burst: 1 };
const cost = attributeOf("size", "body.size");

function policyOf(amount: Amount, otherwise: Refusal = { kind: "throttle" }, costs = false): Policy {
  return makePolicy({ limits: [makeLimit("limit", NO_RATE, { amount, otherwise, cost: costs ? cost : null })] });
}

/** Units that were let through, each at its release. */
function releases(engine: PolicyEngine, arrivals: readonly Arrival[]): Arrival[] {
  return arrivals.flatMap((arrival) => {
    const { at, key, cost: units } = arrival;
    const record = engine.decide(makeRequest({ ip: `10.0.0.${key}`, size: units }), at);
    return record.status === 200 ? [{ ...arrival, at: at + record.delayMicros }] : [];
  });
}

function unitsOf(arrivals: readonly Arrival[]): number {
  return arrivals.reduce((sum, each) => sum + each.cost, 0);
}

const patience: fc.Arbitrary<Refusal> = fc.oneof(
  fc.constant({ kind: "throttle" as const }),
  fc.nat(100).map((upToMicros) => ({ kind: "slow" as const, upToMicros })),
);

describe.each(ENGINES)("$name", ({ make }) => {
  describe("exact", () => {
    test("no window of length D holds more than N", () => {
      check(
        fc.property(arbitraryRate, patience, arbitraryArrivals(1, 3), (rate, otherwise, arrivals) => {
          const engine = make(policyOf({ kind: "exact", rate: literalOf("rate", rate) }, otherwise, true));
          const released = releases(engine, arrivals);
          for (const { at } of released) {
            const window = released.filter((each) => each.at > at - rate.perMicros && each.at <= at);
            expect(unitsOf(window)).toBeLessThanOrEqual(rate.allow);
          }
        }),
        { runs: 300 },
      );
    });

    test("a caller that sends at most N in every window D is never refused", () => {
      check(
        fc.property(arbitraryRate, arbitraryArrivals(), (rate, arrivals) => {
          const conforming: Arrival[] = [];
          for (const arrival of arrivals) {
            const recent = conforming.filter(({ at }) => at > arrival.at - rate.perMicros);
            if (recent.length < rate.allow) conforming.push(arrival);
          }
          const engine = make(policyOf({ kind: "exact", rate: literalOf("rate", rate) }));
          expect(releases(engine, conforming)).toEqual(conforming);
        }),
        { runs: 300 },
      );
    });

    test("a refused request that waits for retryAfter is admitted, and one microsecond sooner it is not", () => {
      check(
        fc.property(arbitraryRate, arbitraryArrivals(), fc.boolean(), (rate, arrivals, early) => {
          const engine = make(policyOf({ kind: "exact", rate: literalOf("rate", rate) }));
          releases(engine, arrivals);
          const now = arrivals.at(-1)?.at ?? 0;
          const record = engine.decide(makeRequest({ ip: "10.0.0.0" }), now);
          if (record.status === 200) return;
          const at = now + record.retryAfterMicros - (early ? 1 : 0);
          expect(releases(engine, [{ at, key: 0, cost: 1 }]).length).toBe(early ? 0 : 1);
        }),
        { runs: 300 },
      );
    });
  });

  test("no calendar unit holds more than N, and one that is not full refuses nobody", () => {
    const most = fc.integer({ min: 1, max: 9 });
    const hours = fc.oneof(
      fc.constant({ kind: "throttle" as const }),
      fc.constantFrom(HOUR / 2, HOUR, 3 * HOUR).map((upToMicros) => ({ kind: "slow" as const, upToMicros })),
    );
    check(
      fc.property(most, hours, arbitraryArrivals(1, 3), (count, otherwise, arrivals) => {
        // Some twenty arrivals an hour.
        const spread = arrivals.map((arrival) => ({ ...arrival, at: arrival.at * 20_000_001 }));
        const engine = make(policyOf({ kind: "calendar", count, unit: "hour", zone: "UTC" }, otherwise, true));
        const used = new Map<number, number>();
        for (const arrival of spread) {
          const [released] = releases(engine, [arrival]);
          const hour = Math.floor((released ?? arrival).at / HOUR);
          const before = used.get(hour) ?? 0;
          if (released === undefined) expect(before + arrival.cost).toBeGreaterThan(count);
          else used.set(hour, before + arrival.cost);
          expect(used.get(hour) ?? 0).toBeLessThanOrEqual(count);
        }
      }),
      { runs: 300 },
    );
  });

  test("no more than N are in flight, and a place is free as soon as one ends", () => {
    const step = fc.record({
      gap: fc.oneof(fc.nat(50), fc.constantFrom(LEASE_MICROS - 20, LEASE_MICROS)),
      ends: fc.option(fc.nat(5), { freq: 2 }),
    });
    check(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(step, { maxLength: 60, size: "max" }), (count, steps) => {
        const engine = make(policyOf({ kind: "leases", count }));
        let flying: { readonly token: number; readonly since: number }[] = [];
        let now = 0;
        for (const { gap, ends } of steps) {
          now += gap;
          flying = flying.filter(({ since }) => now - since < LEASE_MICROS);
          const ended = ends === null ? undefined : flying[ends];
          if (ended !== undefined) {
            engine.observe(ended.token, makeOutcome(200), now);
            flying = flying.filter((each) => each !== ended);
          }
          const record = engine.decide(makeRequest({ ip: "10.0.0.0" }), now);
          expect(record.status === 200).toBe(flying.length < count);
          if (record.status === 200) flying.push({ token: record.token, since: now });
          else expect(record.retryAfterMicros).toBe((flying[0]?.since ?? 0) + LEASE_MICROS - now);
        }
      }),
      { runs: 300 },
    );
  });
});

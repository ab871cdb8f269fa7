/** What a limit `N per D burst B` guarantees, judged by counting what it admitted: the oracle is a log, not another GCRA. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Rate } from "../../engine/index.ts";
import { makeRequest } from "../../engine/index.ts";
import { admissions, admit, type Arrival, arbitraryArrivals, arbitraryRate } from "../helpers/arrivals.ts";
import { ENGINES } from "../helpers/engines.ts";
import { makeLimit, makePolicy } from "../helpers/policies.ts";
import { check } from "../helpers/property.ts";

const REQUEST = makeRequest({ ip: "10.0.0.0" });

/** Times are exact while the time at which a limit is full again is below 2^53 microseconds: until the year 2255. */
const LATEST = 2 ** 53 - 1_000;

function policyOf(rate: Rate): ReturnType<typeof makePolicy> {
  return makePolicy({ limits: [makeLimit("limit", rate)] });
}

/** Most that any window may admit which just holds two requests so far apart: B + ⌈W·N/D⌉ − 1 for the least such W. */
function bound({ allow, perMicros, burst }: Rate, apart: number): number {
  return burst + Math.floor((apart * allow) / perMicros);
}

/** The times at which some window of a log holds more than it may. */
function excesses(rate: Rate, times: readonly number[], slack = 0): [number, number][] {
  return times.flatMap((from, first) =>
    times
      .slice(first)
      .flatMap((to, more): [number, number][] => (more + 1 > bound(rate, to - from + slack) ? [[from, to]] : [])),
  );
}

describe.each(ENGINES)("$name", ({ make }) => {
  test("no window admits more than B + ⌈W·N/D⌉ − 1", () => {
    check(
      fc.property(arbitraryRate, arbitraryArrivals(), (rate, arrivals) => {
        const admitted = admissions(policyOf(rate), make, arrivals);
        const times = arrivals.filter((_, index) => admitted[index]).map(({ at }) => at);
        expect(excesses(rate, times)).toEqual([]);
      }),
      { runs: 300 },
    );
  });

  test("the bound is reached: a caller that never rests gets all of it", () => {
    check(
      fc.property(arbitraryRate, fc.integer({ min: 0, max: 60 }), (rate, length) => {
        // A clock of whole microseconds loses credit where the burst fills up within one.
        fc.pre((rate.burst - 1) * rate.perMicros >= rate.allow);
        const engine = make(policyOf(rate));
        const times = Array.from({ length: length + 1 }, (_, at) => at);
        const served = times.flatMap((at) =>
          Array.from({ length: bound(rate, 60) + 1 }, () => admit(engine, { at, key: 0, cost: 1 })),
        );
        expect(served.filter(Boolean).length).toBe(bound(rate, length));
      }),
      { runs: 100 },
    );
  });

  test("a caller that sends at most N in every window D is never refused where B ≥ N", () => {
    check(
      fc.property(arbitraryRate, arbitraryArrivals(), fc.nat(4), (rate, arrivals, more) => {
        const conforming: Arrival[] = [];
        for (const arrival of arrivals) {
          const recent = conforming.filter(({ at }) => at > arrival.at - rate.perMicros);
          if (recent.length < rate.allow) conforming.push(arrival);
        }
        const policy = policyOf({ ...rate, burst: rate.allow + more });
        expect(admissions(policy, make, conforming)).toEqual(conforming.map(() => true));
      }),
      { runs: 300 },
    );
  });

  test("the bound holds while the clock steps back, jumps and stands still", () => {
    const clock = fc.array(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constantFrom(0, 0, 2 ** 52)), {
      maxLength: 50,
    });
    check(
      fc.property(arbitraryRate, clock, (rate, steps) => {
        const engine = make(policyOf(rate));
        let [given, held] = [1_000, 0];
        const times: number[] = [];
        for (const step of steps) {
          given = Math.min(LATEST, Math.max(0, given + step));
          held = Math.max(held, given);
          const decision = engine.decide({ ...REQUEST }, given).toDecision();
          const [reading] = decision.limits;
          expect(reading?.remaining).toBeGreaterThanOrEqual(0);
          expect(reading?.remaining).toBeLessThanOrEqual(rate.burst);
          expect(Number.isFinite(reading?.resetAfter) && Number.isFinite(decision.retryAfter)).toBe(true);
          if (decision.verdict === "allow") times.push(held);
        }
        expect(excesses(rate, times)).toEqual([]);
      }),
      { runs: 300 },
    );
  });

  test("a refused request that waits for retryAfter is admitted, and one microsecond sooner it is not", () => {
    check(
      fc.property(arbitraryRate, arbitraryArrivals(), fc.boolean(), (rate, arrivals, early) => {
        const engine = make(policyOf(rate));
        for (const arrival of arrivals) admit(engine, arrival);
        const now = arrivals.at(-1)?.at ?? 0;
        const { verdict, retryAfter } = engine.decide(REQUEST, now).toDecision();
        if (verdict !== "throttle") return;
        const next = now + Math.round(retryAfter * 1e6) - (early ? 1 : 0);
        expect(admit(engine, { at: next, key: 0, cost: 1 })).toBe(!early);
      }),
      { runs: 300 },
    );
  });
});

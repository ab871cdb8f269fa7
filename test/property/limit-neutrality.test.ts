/** What must make no difference to a limit: refused requests, other limits' refusals, the origin and the unit of time. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Limit, PolicyEngine, Rate } from "../../engine/index.ts";
import { makeRequest } from "../../engine/index.ts";
import { admissions, admit, type Arrival, arbitraryArrivals, arbitraryRate } from "../helpers/arrivals.ts";
import { ENGINES } from "../helpers/engines.ts";
import { attributeOf, kindIs, makeLimit, makePolicy } from "../helpers/policies.ts";
import { check } from "../helpers/property.ts";

const COSTLY: Partial<Limit> = { cost: attributeOf("size", "body.size") };

function policyOf(rate: Rate, parts: Partial<Limit> = {}): ReturnType<typeof makePolicy> {
  return makePolicy({ limits: [makeLimit("limit", rate, parts)] });
}

/** The limit's state of one caller. */
function stateOf(engine: PolicyEngine, name: string, now: number): ReturnType<PolicyEngine["readings"]["limit"]> {
  return engine.readings.limit(name, [{ option: 0, value: "10.0.0.0" }], now);
}

describe.each(ENGINES)("$name", ({ make }) => {
  test("requests that are refused change nothing for the others", () => {
    check(
      fc.property(arbitraryRate, arbitraryArrivals(2, 5), (rate, arrivals) => {
        const policy = policyOf(rate, COSTLY);
        const admitted = admissions(policy, make, arrivals);
        const without = arrivals.filter((_, index) => admitted[index]);
        expect(admissions(policy, make, without)).toEqual(without.map(() => true));
      }),
      { runs: 200 },
    );
  });

  test("a request of cost c is c requests at one instant, all or nothing", () => {
    check(
      fc.property(arbitraryRate, arbitraryArrivals(1, 5), (rate, arrivals) => {
        const whole = make(policyOf(rate, COSTLY));
        const units = make(policyOf(rate));
        for (const arrival of arrivals) {
          if (!admit(whole, arrival)) continue;
          const single = Array.from({ length: arrival.cost }, () => admit(units, { ...arrival, cost: 1 }));
          expect(single).toEqual(single.map(() => true));
          expect(stateOf(units, "limit", arrival.at)).toEqual(stateOf(whole, "limit", arrival.at));
        }
      }),
      { runs: 200 },
    );
  });

  test("a request that costs more than the burst is refused and takes nothing, however long it waits", () => {
    check(
      fc.property(
        arbitraryRate,
        arbitraryArrivals(1, 3),
        fc.integer({ min: 1, max: 2 ** 52 }),
        (rate, arrivals, more) => {
          const engine = make(policyOf(rate, { ...COSTLY, otherwise: { kind: "slow", upToMicros: 2 ** 52 } }));
          for (const arrival of arrivals) admit(engine, arrival);
          const now = (arrivals.at(-1)?.at ?? 0) + 10_000;
          const before = stateOf(engine, "limit", now);
          expect(admit(engine, { at: now, key: 0, cost: rate.burst + more })).toBe(false);
          expect(stateOf(engine, "limit", now)).toEqual(before);
        },
      ),
      { runs: 150 },
    );
  });

  test("a cost below one is one", () => {
    const free = make(policyOf({ allow: 1, perMicros: 1_000, burst: 2 }, COSTLY));
    expect([0, 0, 0].map((cost) => admit(free, { at: 0, key: 0, cost }))).toEqual([true, true, false]);
  });

  test("if one of several limits refuses, none is charged", () => {
    const rates = fc.array(arbitraryRate, { minLength: 2, maxLength: 4 });
    check(
      fc.property(rates, arbitraryArrivals(1, 4), (several, arrivals) => {
        const limits = several.map((rate, index) => makeLimit(`limit_${index}`, rate, index % 2 === 0 ? COSTLY : {}));
        const engine = make(makePolicy({ limits }));
        for (const arrival of arrivals) {
          const before = limits.map(({ name }) => stateOf(engine, name, arrival.at));
          if (admit(engine, arrival)) continue;
          expect(limits.map(({ name }) => stateOf(engine, name, arrival.at))).toEqual(before);
        }
      }),
      { runs: 200 },
    );
  });

  test("a limit that applies to some requests is charged by those alone", () => {
    check(
      fc.property(
        arbitraryRate,
        arbitraryArrivals(1),
        fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
        (rate, arrivals, marks) => {
          const kinds = arrivals.map((_, index) => (marks[index] ? "counted" : "free"));
          const engine = make(policyOf(rate, { when: kindIs("counted") }));
          const decide = ({ at }: Arrival, index: number): boolean =>
            engine.decide(makeRequest({ ip: "10.0.0.0", headers: { "x-kind": kinds[index] ?? "" } }), at).toDecision()
              .verdict === "allow";
          const admitted = arrivals.map(decide);
          const counted = arrivals.filter((_, index) => marks[index]);
          expect(admitted.filter((_, index) => marks[index])).toEqual(admissions(policyOf(rate), make, counted));
          expect(admitted.filter((_, index) => !marks[index]).every(Boolean)).toBe(true);
        },
      ),
      { runs: 150 },
    );
  });

  test("moving all times by as much changes nothing", () => {
    check(
      fc.property(
        arbitraryRate,
        arbitraryArrivals(2, 3),
        fc.constantFrom(1, 1_767_225_600_000_000, 2 ** 52),
        (rate, arrivals, shift) => {
          const policy = policyOf(rate, COSTLY);
          const moved = arrivals.map((arrival) => ({ ...arrival, at: arrival.at + shift }));
          expect(admissions(policy, make, moved)).toEqual(admissions(policy, make, arrivals));
        },
      ),
      { runs: 150 },
    );
  });

  test("stretching all times and the rate by as much changes nothing", () => {
    check(
      fc.property(
        arbitraryRate,
        arbitraryArrivals(2, 3),
        fc.integer({ min: 2, max: 1_000_000 }),
        (rate, arrivals, factor) => {
          const stretched = arrivals.map((arrival) => ({ ...arrival, at: arrival.at * factor }));
          const slower = { ...rate, perMicros: rate.perMicros * factor };
          expect(admissions(policyOf(slower, COSTLY), make, stretched)).toEqual(
            admissions(policyOf(rate, COSTLY), make, arrivals),
          );
        },
      ),
      { runs: 150 },
    );
  });
});

/** What sliding logs, calendar quotas and leases guarantee, judged by counting what they admitted. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Amount, Limit, PolicyEngine, Rate } from "../../engine/index.ts";
import { LEASE_MICROS, makeOutcome, makeRequest } from "../../engine/index.ts";
import { admit, type Arrival, arbitraryArrivals } from "../helpers/arrivals.ts";
import { ENGINES } from "../helpers/engines.ts";
import { attributeOf, equals, literalOf, makeLimit, makePolicy } from "../helpers/policies.ts";
import { check } from "../helpers/property.ts";

const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;

function policyOf(amount: Amount, parts: Partial<Limit> = {}): ReturnType<typeof makePolicy> {
  return makePolicy({ limits: [makeLimit("limit", { allow: 1, perMicros: 1, burst: 1 }, { amount, ...parts })] });
}

function exact(rate: Rate): Amount {
  return { kind: "exact", rate: literalOf("rate", rate) };
}

/** When each arrival is released, in microseconds; null where it is refused. */
function releases(engine: PolicyEngine, arrivals: readonly Arrival[]): (number | null)[] {
  return arrivals.map(({ at, key }) => {
    const { verdict, delay } = engine.decide(makeRequest({ ip: `10.0.0.${key}` }), at).toDecision();
    return verdict === "allow" || verdict === "slow" ? at + Math.round(delay * 1e6) : null;
  });
}

const smallRate: fc.Arbitrary<Rate> = fc.record({
  allow: fc.integer({ min: 1, max: 6 }),
  perMicros: fc.integer({ min: 1, max: 60 }),
  burst: fc.constant(1),
});

const patience = fc.constantFrom(0, 5, 50);

function slowUpTo(upToMicros: number): Partial<Limit> {
  return upToMicros === 0 ? {} : { otherwise: { kind: "slow", upToMicros } };
}

describe.each(ENGINES)("$name", ({ make }) => {
  test("an exact limit never releases more than N in any window D, whoever it holds", () => {
    check(
      fc.property(smallRate, patience, arbitraryArrivals(), (rate, upTo, arrivals) => {
        const released = releases(make(policyOf(exact(rate), slowUpTo(upTo))), arrivals).filter((at) => at !== null);
        for (const end of released) {
          const within = released.filter((at) => at > end - rate.perMicros && at <= end);
          expect(within.length).toBeLessThanOrEqual(rate.allow);
        }
      }),
      { runs: 300 },
    );
  });

  test("an exact limit never refuses or holds a caller that keeps to N in every window D", () => {
    check(
      fc.property(smallRate, arbitraryArrivals(), (rate, arrivals) => {
        const conforming: Arrival[] = [];
        for (const arrival of arrivals) {
          const recent = conforming.filter(({ at }) => at > arrival.at - rate.perMicros);
          if (recent.length < rate.allow) conforming.push(arrival);
        }
        expect(releases(make(policyOf(exact(rate))), conforming)).toEqual(conforming.map(({ at }) => at));
      }),
      { runs: 300 },
    );
  });

  test("a request that an exact limit refused is admitted after retryAfter, and one microsecond sooner it is not", () => {
    check(
      fc.property(smallRate, arbitraryArrivals(), fc.boolean(), (rate, arrivals, early) => {
        const engine = make(policyOf(exact(rate)));
        releases(engine, arrivals);
        const now = arrivals.at(-1)?.at ?? 0;
        const { verdict, retryAfter } = engine.decide(makeRequest({ ip: "10.0.0.0" }), now).toDecision();
        if (verdict !== "throttle") return;
        const next = now + Math.round(retryAfter * 1e6) - (early ? 1 : 0);
        expect(admit(engine, { at: next, key: 0, cost: 1 })).toBe(!early);
      }),
      { runs: 300 },
    );
  });

  const zones = ["Europe/Rome", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"];
  const units = ["hour", "day", "month"] as const;
  const starts = [
    "2026-03-28T22:30:00Z",
    "2026-10-24T22:30:00Z",
    "2026-04-04T13:00:00Z",
    "2026-10-03T14:00:00Z",
    "2026-12-31T20:00:00Z",
  ];
  const quota = fc.record({
    kind: fc.constant("calendar" as const),
    count: fc.integer({ min: 1, max: 4 }),
    unit: fc.constantFrom(...units),
    zone: fc.constantFrom(...zones),
  });
  /** Steps of minutes to hours, some of them by a microsecond around whole half hours. */
  const visits = fc
    .record({
      start: fc.constantFrom(...starts),
      gaps: fc.array(fc.constantFrom(0, 1, 60 * SECOND, HOUR / 2 - 1, HOUR / 2, HOUR, 5 * HOUR, 20 * HOUR), {
        minLength: 5,
        maxLength: 60,
        size: "max",
      }),
    })
    .map(({ start, gaps }) => {
      let at = Date.parse(start) * 1_000;
      return gaps.map((gap): Arrival => ({ at: (at += gap), key: 0, cost: 1 }));
    });

  /** The unit that a zone's calendar shows, as text of the Swedish locale: `2026-03-29 03:00`. */
  function unitAt(micros: number, { unit, zone }: Extract<Amount, { kind: "calendar" }>): string {
    const shown = new Date(Math.floor(micros / 1_000)).toLocaleString("sv-SE", { timeZone: zone });
    return shown.slice(0, { hour: 13, day: 10, month: 7 }[unit]);
  }

  test("a calendar quota never releases more than N in a unit of its zone, whoever it holds", () => {
    check(
      fc.property(quota, visits, fc.constantFrom(0, 60 * SECOND, 24 * HOUR), (amount, arrivals, upTo) => {
        const perUnit = new Map<string, number>();
        for (const at of releases(make(policyOf(amount, slowUpTo(upTo))), arrivals)) {
          if (at === null) continue;
          const unit = unitAt(at, amount);
          perUnit.set(unit, (perUnit.get(unit) ?? 0) + 1);
        }
        expect([...perUnit].filter(([, count]) => count > amount.count)).toEqual([]);
      }),
      { runs: 150 },
    );
  });

  test("a calendar quota refuses only what its unit has no room for, and until the unit's very end", () => {
    check(
      fc.property(quota, visits, fc.boolean(), (amount, arrivals, early) => {
        const engine = make(policyOf(amount));
        const released = releases(engine, arrivals);
        /** Of each that was released before. */
        const units: ReturnType<typeof unitAt>[] = [];
        for (const [index, at] of released.entries()) {
          const now = arrivals[index]?.at ?? 0;
          const unit = unitAt(now, amount);
          expect(at === null).toBe(units.filter((each) => each === unit).length >= amount.count);
          if (at !== null) units.push(unitAt(at, amount));
        }
        const now = arrivals.at(-1)?.at ?? 0;
        const { verdict, retryAfter } = engine.decide(makeRequest({ ip: "10.0.0.0" }), now).toDecision();
        if (verdict !== "throttle") return;
        const next = now + Math.round(retryAfter * 1e6) - (early ? 1 : 0);
        expect(unitAt(next, amount) === unitAt(now, amount)).toBe(early);
        expect(admit(engine, { at: next, key: 0, cost: 1 })).toBe(!early);
      }),
      { runs: 150 },
    );
  });

  test("leases never let more than N be in flight, and refuse only while N are", () => {
    const event = fc.record({
      gap: fc.constantFrom(0, 1, SECOND, 20 * SECOND, LEASE_MICROS - 1, LEASE_MICROS),
      /** Which of those in flight is answered before the request; none if there are fewer. */
      answered: fc.option(fc.nat(4)),
    });
    check(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(event, { maxLength: 40, size: "max" }), (count, events) => {
        const engine = make(policyOf({ kind: "leases", count }));
        let flying: { readonly token: number; readonly at: number }[] = [];
        let now = 0;
        for (const { gap, answered } of events) {
          now += gap;
          flying = flying.filter(({ at }) => now - at < LEASE_MICROS);
          const done = answered === null ? undefined : flying[answered];
          if (done !== undefined) expect(engine.observe(done.token, makeOutcome(200), now)).toBe(true);
          flying = flying.filter((each) => each !== done);
          const record = engine.decide(makeRequest({ ip: "10.0.0.0" }), now);
          const { verdict, retryAfter } = record.toDecision();
          expect(verdict).toBe(flying.length < count ? "allow" : "throttle");
          if (verdict === "allow") flying.push({ token: record.token, at: now });
          else expect(Math.round(retryAfter * 1e6)).toBe((flying[0]?.at ?? 0) + LEASE_MICROS - now);
        }
      }),
      { runs: 300 },
    );
  });

  test("what a refund gives back can be used again, once, and nothing else of the limit changes", () => {
    const failed = equals(attributeOf("int", "response.status"), literalOf("int", 503));
    const amounts: readonly Amount[] = [
      { kind: "gcra", rate: literalOf("rate", { allow: 3, perMicros: 10 * SECOND, burst: 3 }) },
      exact({ allow: 3, perMicros: 10 * SECOND, burst: 3 }),
      { kind: "calendar", count: 3, unit: "hour", zone: "UTC" },
    ];
    check(
      fc.property(
        fc.constantFrom(...amounts),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 30 }),
        (amount, fails) => {
          const engine = make(policyOf(amount, { refund: failed }));
          let kept = 0;
          for (const fail of fails) {
            const record = engine.decide(makeRequest({ ip: "10.0.0.0" }), 5);
            const decision = record.toDecision();
            expect(decision.verdict).toBe(kept < 3 ? "allow" : "throttle");
            expect(decision.limits[0]?.remaining).toBe(Math.max(0, 2 - kept));
            if (decision.verdict !== "allow") continue;
            expect(engine.observe(record.token, makeOutcome(fail ? 503 : 200), 5)).toBe(true);
            expect(engine.observe(record.token, makeOutcome(503), 5)).toBe(false);
            if (!fail) kept++;
          }
        },
      ),
      { runs: 100 },
    );
  });
});

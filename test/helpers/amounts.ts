/** Limits of every kind with traces that meet their edges, and the plain lists that tests judge them by. */
import fc from "fast-check";
import type { Amount, Limit, Policy, Rate } from "../../engine/index.ts";
import { LEASE_MICROS } from "../../engine/index.ts";
import { literalOf, makeLimit, makePolicy } from "./policies.ts";

const SECOND = 1_000_000;
const HOUR = 3_600 * SECOND;
const YEAR = 365 * 24 * HOUR;

/** A limit's amount, with the length that its arithmetic goes by: a window, a unit, a lease. */
export interface Measure {
  readonly amount: Amount;
  readonly micros: number;
  /** Most units at once. */
  readonly most: number;
}

/** Rates of a few units in a few microseconds, and such as people write. */
const rates: fc.Arbitrary<Rate> = fc.oneof(
  fc.record({
    allow: fc.integer({ min: 1, max: 9 }),
    perMicros: fc.integer({ min: 1, max: 40 }),
    burst: fc.integer({ min: 1, max: 9 }),
  }),
  fc.constantFrom(
    { allow: 10, perMicros: SECOND, burst: 10 },
    { allow: 7, perMicros: 60 * SECOND, burst: 3 },
    { allow: 1, perMicros: HOUR, burst: 5 },
    { allow: 3, perMicros: 24 * HOUR, burst: 8 },
  ),
);

const gcra = rates.map(
  (rate): Measure => ({
    amount: { kind: "gcra", rate: literalOf("rate", rate) },
    micros: rate.perMicros,
    most: rate.burst,
  }),
);
const exact = rates.map(
  (rate): Measure => ({
    amount: { kind: "exact", rate: literalOf("rate", rate) },
    micros: rate.perMicros,
    most: rate.allow,
  }),
);
const calendar = fc
  .record({
    count: fc.integer({ min: 1, max: 9 }),
    unit: fc.constantFrom("hour" as const, "day" as const),
    zone: fc.constantFrom("UTC", "Europe/Rome"),
  })
  .map(
    ({ count, unit, zone }): Measure => ({
      amount: { kind: "calendar", count, unit, zone },
      micros: unit === "hour" ? HOUR : 24 * HOUR,
      most: count,
    }),
  );
const leases = fc
  .integer({ min: 1, max: 6 })
  .map((count): Measure => ({ amount: { kind: "leases", count }, micros: LEASE_MICROS, most: count }));

/** Amounts by kind. */
export const MEASURES: { readonly [kind in Amount["kind"]]: fc.Arbitrary<Measure> } = { gcra, exact, calendar, leases };

/** One visit: what the clock shows, which may be less than before, the time that the engine goes by, and units asked for. */
export interface Visit {
  readonly shown: number;
  readonly now: number;
  readonly cost: number;
}

/** The latest time at which everything is exact: 2^53 microseconds less the longest length of {@link MEASURES}, ten days. */
const LATEST: number = 2 ** 53 - 10 * 24 * HOUR;

/** Traces on a clock that steps back, stands still, runs by fractions of a length and jumps by it and by years. */
export function visitsOf({ micros }: Measure, maxCost = 1): fc.Arbitrary<Visit[]> {
  const gap = fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 6, arbitrary: fc.nat(Math.ceil(micros / 2)) },
    { weight: 2, arbitrary: fc.constantFrom(1, micros - 1, micros, micros + 1) },
    { weight: 1, arbitrary: fc.nat(2 * micros).map((back) => -back) },
    { weight: 1, arbitrary: fc.constantFrom(YEAR, -YEAR) },
  );
  const start = fc.constantFrom(0, 1_790_000_000_123_457, 2 ** 52, LATEST - 3 * micros);
  const one = fc.record({ gap, cost: fc.integer({ min: 1, max: maxCost }) });
  return fc
    .record({ start, list: fc.array(one, { minLength: 1, maxLength: 40, size: "max" }) })
    .map(({ start, list }) => {
      let [shown, now] = [start, 0];
      return list.map(({ gap, cost }) => {
        shown = Math.min(LATEST, Math.max(0, shown + gap));
        now = Math.max(now, shown);
        return { shown, now, cost };
      });
    });
}

/** A policy of one limit of an amount. */
export function policyOf({ amount }: Measure, parts: Partial<Limit> = {}): Policy {
  return makePolicy({ limits: [makeLimit("limit", { allow: 1, perMicros: 1, burst: 1 }, { amount, ...parts })] });
}

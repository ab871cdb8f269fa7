/**
 * The numbers that a limit answers with are exact, whatever its kind and whatever the clock does until the year 2255: `remaining`
 * units are admitted at once and not one more, after `retryAfter` a refused request is admitted and a microsecond sooner it is
 * not, after `resetAfter` the limit is as new and a microsecond sooner it is not.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DecisionRecord, Expr, PolicyEngine } from "../../engine/index.ts";
import { makeOutcome, makeRequest } from "../../engine/index.ts";
import { MEASURES, type Measure, policyOf, type Visit, visitsOf } from "../helpers/amounts.ts";
import { ENGINES } from "../helpers/engines.ts";
import { attributeOf, equals, literalOf } from "../helpers/policies.ts";
import { check } from "../helpers/property.ts";

const KEY = [{ option: 0, value: "10.0.0.1" }] as const;
const COST = { cost: attributeOf("size", "body.size") } as const;
const OK = 200;

function ask(engine: PolicyEngine, shown: number, cost = 1): DecisionRecord {
  return engine.decide(makeRequest({ ip: "10.0.0.1", size: cost }), shown);
}

/** A measure with a trace for it; leases have no cost. */
function runs(measures: fc.Arbitrary<Measure>): fc.Arbitrary<{ measure: Measure; visits: Visit[] }> {
  return measures.chain((measure) =>
    fc.record({ measure: fc.constant(measure), visits: visitsOf(measure, measure.amount.kind === "leases" ? 1 : 3) }),
  );
}

/** An engine after a trace, and the time that it goes by. */
function after(
  make: (policy: ReturnType<typeof policyOf>) => PolicyEngine,
  { measure, visits }: { measure: Measure; visits: readonly Visit[] },
): { engine: PolicyEngine; now: number } {
  const engine = make(policyOf(measure, measure.amount.kind === "leases" ? {} : COST));
  for (const { shown, cost } of visits) ask(engine, shown, cost);
  return { engine, now: visits.at(-1)?.now ?? 0 };
}

/** What an answer says, as data of its own. */
function plain(record: DecisionRecord): { status: number; delayMicros: number; remaining: number } {
  const { status, delayMicros } = record;
  return { status, delayMicros, remaining: record.toDecision().limits[0]?.remaining ?? -1 };
}

/** How many more units are admitted, and how long the next one has to wait. */
function usedUp(engine: PolicyEngine, now: number): [number, number] {
  for (let units = 0; ; units++) {
    const { status, retryAfterMicros } = ask(engine, now);
    if (status !== OK) return [units, retryAfterMicros];
  }
}

describe.each(ENGINES)("$name", ({ make }) => {
  describe.each(Object.entries(MEASURES))("%s", (kind, measures) => {
    test("remaining says how many more units are admitted now, at every step", () => {
      check(
        fc.property(runs(measures), ({ measure, visits }) => {
          const engine = make(policyOf(measure, kind === "leases" ? {} : COST));
          let left: number | null = null;
          for (const [index, { shown, now, cost }] of visits.entries()) {
            const record = ask(engine, shown, cost);
            // Nothing comes back in no time: what the step before left decides this one.
            const stood = now === visits[index - 1]?.now;
            if (stood && left !== null) expect(record.status === OK).toBe(cost <= left);
            const { remaining } = record.toDecision().limits[0] ?? { remaining: -1 };
            if (stood && left !== null) expect(remaining).toBe(record.status === OK ? left - cost : left);
            expect(remaining).toBeGreaterThanOrEqual(0);
            expect(remaining).toBeLessThanOrEqual(measure.most);
            left = remaining;
          }
          const now = visits.at(-1)?.now ?? 0;
          for (let more = left ?? 0; more > 0; more--) expect(ask(engine, now).status).toBe(OK);
          expect(ask(engine, now).status).toBe(429);
        }),
        { runs: 150 },
      );
    });

    test("a refused request is admitted after retryAfter, and a microsecond sooner it is not", () => {
      const asked = kind === "leases" ? fc.constant(1) : fc.integer({ min: 1, max: 9 });
      check(
        fc.property(runs(measures), asked, (run, units) => {
          const { engine, now } = after(make, run);
          const cost = Math.min(units, run.measure.most);
          while (ask(engine, now).status === OK);
          const { status, retryAfterMicros: wait } = ask(engine, now, cost);
          expect(status).toBe(429);
          expect(ask(engine, now + wait - 1, cost).status).toBe(429);
          expect(ask(engine, now + wait, cost).status).toBe(OK);
        }),
        { runs: 150 },
      );
    });

    test("a limit is as new after resetAfter, and a microsecond sooner it is not", () => {
      check(
        fc.property(runs(measures), (run) => {
          const { engine, now } = after(make, run);
          const reset = Math.round((ask(engine, now).toDecision().limits[0]?.resetAfter ?? 0) * 1e6);
          const unused = (at: number): boolean => {
            const { fullInMicros, numerator } = engine.readings.limit("limit", KEY, at);
            return fullInMicros === 0 && numerator === 0;
          };
          expect(reset).toBeGreaterThan(0);
          expect([unused(now + reset - 1), unused(now + reset)]).toEqual([false, true]);
        }),
        { runs: 100 },
      );
    });
  });

  test.each(Object.entries(MEASURES).filter(([kind]) => kind !== "leases"))(
    "%s that holds requests: remaining says how many more units are let through without being held",
    (_, measures) => {
      check(
        fc.property(runs(measures), fc.constantFrom(0.4, 1, 3), (run, share) => {
          const upToMicros = Math.ceil(share * run.measure.micros);
          const engine = make(policyOf(run.measure, { ...COST, otherwise: { kind: "slow", upToMicros } }));
          for (const { shown, cost } of run.visits) ask(engine, shown, cost);
          const now = (run.visits.at(-1)?.now ?? 0) + Math.floor(run.measure.micros / 3);
          const { status, delayMicros, ...record } = plain(ask(engine, now));
          const more = [];
          while (more.length < record.remaining + 1) more.push(plain(ask(engine, now)));
          const free = more.findIndex((each) => each.status !== OK || each.delayMicros > 0);
          if (status === OK && delayMicros === 0) expect(free).toBe(record.remaining);
          else expect([free, record.remaining]).toEqual([0, 0]);
        }),
        { runs: 150 },
      );
    },
  );

  const failed: Expr = equals(attributeOf("int", "response.status"), literalOf("int", 503));

  test.each(Object.entries(MEASURES).filter(([kind]) => kind !== "leases"))(
    "%s: charges given back at once leave what there was before them",
    (_, measures) => {
      check(
        fc.property(runs(measures), fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 5 }), (run, costs) => {
          const now = (run.visits.at(-1)?.now ?? 0) + 1;
          // A charge that is kept, so that the key is in use and not merely as new.
          const visits = [...run.visits, { shown: now, now, cost: 1 }];
          const [engine, plain] = [0, 1].map(() => {
            const each = make(policyOf(run.measure, { ...COST, refund: failed }));
            for (const { shown, cost } of visits) ask(each, shown, cost);
            return each;
          }) as [PolicyEngine, PolicyEngine];
          const tokens = costs.flatMap((cost) => {
            const { status, token } = ask(engine, now, cost);
            return status === OK ? [token] : [];
          });
          for (const token of tokens) expect(engine.observe(token, makeOutcome(503), now)).toBe(true);
          expect(usedUp(engine, now)).toEqual(usedUp(plain, now));
        }),
        { runs: 100 },
      );
    },
  );
});

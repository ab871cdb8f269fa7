/**
 * Every limit against an exact list of what it admitted, on a clock that steps back, stands still and jumps by years: where the
 * list tells each answer (`exact`, calendar), it is that answer; where it bounds them (`N per D burst B`), the bound is kept.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeRequest, type PolicyEngine, type Rate } from "../../engine/index.ts";
import { MEASURES, type Measure, policyOf, type Visit, visitsOf } from "../helpers/amounts.ts";
import { ENGINES } from "../helpers/engines.ts";
import { attributeOf } from "../helpers/policies.ts";
import { check } from "../helpers/property.ts";

const COST = { cost: attributeOf("size", "body.size") } as const;

interface Run {
  readonly measure: Measure;
  readonly visits: readonly Visit[];
}

function runs(measures: fc.Arbitrary<Measure>, maxCost: number): fc.Arbitrary<Run> {
  return measures.chain((measure) => fc.record({ measure: fc.constant(measure), visits: visitsOf(measure, maxCost) }));
}

function admits(engine: PolicyEngine, { shown, cost }: Visit): boolean {
  return engine.decide(makeRequest({ ip: "10.0.0.1", size: cost }), shown).status === 200;
}

/** Judges a trace: each visit with whether it was admitted and the visits admitted before it. */
function judge(
  make: (policy: ReturnType<typeof policyOf>) => PolicyEngine,
  { measure, visits }: Run,
  verdict: (visit: Visit, admitted: boolean, log: readonly Visit[]) => void,
): void {
  const engine = make(policyOf(measure, COST));
  const log: Visit[] = [];
  for (const visit of visits) {
    const admitted = admits(engine, visit);
    verdict(visit, admitted, log);
    if (admitted) log.push(visit);
  }
}

function unitsOf(visits: readonly Visit[]): number {
  return visits.reduce((sum, { cost }) => sum + cost, 0);
}

function rateOf({ amount }: Measure): Rate {
  if (amount.kind !== "gcra" || amount.rate.kind !== "literal") throw new Error("not a rate");
  return amount.rate.value as Rate;
}

/** The calendar unit of a time in a zone, as text of the Swedish locale. */
function unitAt(micros: number, { amount }: Measure): string {
  if (amount.kind !== "calendar") throw new Error("not a calendar quota");
  const shown = new Date(Math.floor(micros / 1_000)).toLocaleString("sv-SE", { timeZone: amount.zone });
  return shown.slice(0, amount.unit === "hour" ? 13 : 10);
}

describe.each(ENGINES)("$name", ({ make }) => {
  test("exact: admitted is what keeps every window D at N, and nothing else is refused", () => {
    check(
      fc.property(runs(MEASURES.exact, 3), (run) => {
        const { micros, most } = run.measure;
        judge(make, run, ({ now, cost }, admitted, log) => {
          const used = unitsOf(log.filter((each) => each.now > now - micros));
          expect(admitted).toBe(used + cost <= most);
        });
      }),
      { runs: 250 },
    );
  });

  test("calendar: admitted is what keeps every unit at N, and nothing else is refused", () => {
    check(
      fc.property(runs(MEASURES.calendar, 3), (run) => {
        const { measure } = run;
        judge(make, run, ({ now, cost }, admitted, log) => {
          const unit = unitAt(now, measure);
          const used = unitsOf(log.filter((each) => unitAt(each.now, measure) === unit));
          expect(admitted).toBe(used + cost <= measure.most);
        });
      }),
      { runs: 100 },
    );
  });

  test("N per D burst B: no window W holds more than B + ⌈W·N/D⌉ − 1 units", () => {
    check(
      fc.property(runs(MEASURES.gcra, 3), (run) => {
        const { allow, perMicros, burst } = rateOf(run.measure);
        judge(make, run, (visit, admitted, log) => {
          if (!admitted) return;
          for (let first = 0; first <= log.length; first++) {
            const within = [...log.slice(first), visit];
            const apart = BigInt(visit.now - (within[0]?.now ?? 0));
            const most = BigInt(burst) + (apart * BigInt(allow)) / BigInt(perMicros);
            expect(BigInt(unitsOf(within))).toBeLessThanOrEqual(most);
          }
        });
      }),
      { runs: 150 },
    );
  });

  test("N per D burst B: nothing that every window D has room for is refused, where B ≥ N", () => {
    check(
      fc.property(runs(MEASURES.gcra, 3), (run) => {
        const { allow, perMicros, burst } = rateOf(run.measure);
        fc.pre(burst >= allow);
        judge(make, run, ({ now, cost }, admitted, log) => {
          const used = unitsOf(log.filter((each) => each.now > now - perMicros));
          // Held for callers that kept to N in every window before, too.
          const conforming = log.every(
            ({ now: end }) => unitsOf(log.filter((each) => each.now > end - perMicros && each.now <= end)) <= allow,
          );
          if (conforming && used + cost <= allow) expect(admitted).toBe(true);
        });
      }),
      { runs: 150 },
    );
  });
});

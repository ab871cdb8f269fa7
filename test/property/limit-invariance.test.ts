/** Limits that keep exact lists and calendars know no origin of time but their own: moved or stretched, a trace is answered alike. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Amount, PolicyEngine } from "../../engine/index.ts";
import { type Arrival, admit, arbitraryArrivals, arbitraryRate } from "../helpers/arrivals.ts";
import { ENGINES } from "../helpers/engines.ts";
import { attributeOf, literalOf, makeLimit, makePolicy, makeSignal } from "../helpers/policies.ts";
import { check } from "../helpers/property.ts";

const MINUTE = 60_000_000;
const DAY = 1_440 * MINUTE;

function policyOf(amount: Amount): ReturnType<typeof makePolicy> {
  const cost = attributeOf("size", "body.size");
  return makePolicy({ limits: [makeLimit("limit", { allow: 1, perMicros: 1, burst: 1 }, { amount, cost })] });
}

/** Each arrival's answer, and what was left at the end. */
function answers(engine: PolicyEngine, arrivals: readonly Arrival[]): readonly boolean[] {
  return arrivals.map((arrival) => admit(engine, arrival));
}

describe.each(ENGINES)("$name", ({ make }) => {
  test("exact: moving all times, or stretching them and the window, by as much changes nothing", () => {
    const shift = fc.constantFrom(1, 1_767_225_600_000_000, 2 ** 52);
    check(
      fc.property(
        arbitraryRate,
        arbitraryArrivals(2, 3),
        shift,
        fc.integer({ min: 2, max: 1_000_000 }),
        (rate, list, by, factor) => {
          const stretched = { ...rate, perMicros: rate.perMicros * factor };
          const run = (each: typeof rate, arrivals: readonly Arrival[]): readonly boolean[] =>
            answers(make(policyOf({ kind: "exact", rate: literalOf("rate", each) })), arrivals);
          const plain = run(rate, list);
          expect(
            run(
              rate,
              list.map((each) => ({ ...each, at: each.at + by })),
            ),
          ).toEqual(plain);
          expect(
            run(
              stretched,
              list.map((each) => ({ ...each, at: each.at * factor })),
            ),
          ).toEqual(plain);
        },
      ),
      { runs: 150 },
    );
  });

  test("calendar: moving all times by whole days changes nothing where no clock is put forward or back", () => {
    check(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom("hour" as const, "day" as const),
        arbitraryArrivals(2, 3),
        fc.constantFrom(1, 365, 20_454, 50_000),
        (count, unit, list, days) => {
          const spread = list.map((each) => ({ ...each, at: each.at * 5 * MINUTE }));
          const moved = spread.map((each) => ({ ...each, at: each.at + days * DAY }));
          const amount = { kind: "calendar", count, unit, zone: "UTC" } as const;
          expect(answers(make(policyOf(amount)), moved)).toEqual(answers(make(policyOf(amount)), spread));
        },
      ),
      { runs: 60 },
    );
  });

  // What follows is not promised, and shown so that nobody comes to rely on it.

  test("not promised: moving times by less than a unit leaves what a calendar quota admits", () => {
    const at = (...times: number[]): Arrival[] => times.map((time) => ({ at: time * MINUTE, key: 0, cost: 1 }));
    const admitted = (arrivals: readonly Arrival[]): readonly boolean[] =>
      answers(make(policyOf({ kind: "calendar", count: 1, unit: "hour", zone: "UTC" })), arrivals);
    expect(admitted(at(10, 50))).toEqual([true, false]);
    expect(admitted(at(30, 70))).toEqual([true, true]);
  });

  test("not promised: a count falls event by event; it forgets sixteenths of its window at once", () => {
    const engine = make(makePolicy({ signals: [makeSignal("hits", 1_600)] }));
    for (const at of [0, 30, 60, 90]) admit(engine, { at, key: 0, cost: 1 });
    const reading = (now: number): number => engine.readings.signal("hits", [{ option: 0, value: "10.0.0.0" }], now);
    expect([1_601, 1_699, 1_700].map(reading)).toEqual([4, 4, 0]);
  });

  test("not promised: the same trace moved within a sixteenth of a window reads the same", () => {
    const readingAfter = (start: number): number => {
      const engine = make(makePolicy({ signals: [makeSignal("hits", 1_600)] }));
      admit(engine, { at: start, key: 0, cost: 1 });
      return engine.readings.signal("hits", [{ option: 0, value: "10.0.0.0" }], start + 1_650);
    };
    expect([readingAfter(0), readingAfter(60)]).toEqual([1, 0]);
  });
});

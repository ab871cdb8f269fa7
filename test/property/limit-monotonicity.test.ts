/** How the number of admitted requests answers to a looser limit and to a missing request, and what is not promised. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Rate } from "../../engine/index.ts";
import { admissions, type Arrival, arbitraryArrivals, arbitraryRate, prefixCounts } from "../helpers/arrivals.ts";
import { ENGINES } from "../helpers/engines.ts";
import { attributeOf, equals, literalOf, makeLimit, makePolicy, makeRule } from "../helpers/policies.ts";
import { check } from "../helpers/property.ts";

const BLOCK = { kind: "block", status: 403, ban: null } as const;

function policyOf(rate: Rate): ReturnType<typeof makePolicy> {
  return makePolicy({ limits: [makeLimit("limit", rate)] });
}

function at(...times: number[]): Arrival[] {
  return times.map((time) => ({ at: time, key: 0, cost: 1 }));
}

describe.each(ENGINES)("$name", ({ make }) => {
  const admittedBy = (rate: Rate, arrivals: readonly Arrival[]): boolean[] =>
    admissions(policyOf(rate), make, arrivals);

  test("a larger burst or rate never lowers how many of the first n requests are admitted", () => {
    const looser = fc.record({ units: fc.nat(4), burst: fc.nat(4), faster: fc.nat(20) });
    check(
      fc.property(arbitraryRate, looser, arbitraryArrivals(), (rate, more, arrivals) => {
        const wide: Rate = {
          allow: rate.allow + more.units,
          perMicros: Math.max(1, rate.perMicros - more.faster),
          burst: rate.burst + more.burst,
        };
        const narrowCounts = prefixCounts(admittedBy(rate, arrivals));
        const wideCounts = prefixCounts(admittedBy(wide, arrivals));
        for (const [index, count] of wideCounts.entries())
          expect(count).toBeGreaterThanOrEqual(narrowCounts[index] ?? 0);
      }),
      { runs: 250 },
    );
  });

  test("without one request, as many or one more of the others before each point are admitted", () => {
    check(
      fc.property(arbitraryRate, arbitraryArrivals(), fc.nat(), (rate, arrivals, pick) => {
        fc.pre(arrivals.length > 0);
        const removed = pick % arrivals.length;
        const others = (admitted: readonly boolean[]): number[] =>
          prefixCounts(admitted.filter((_, index) => index !== removed));
        const before = others(admittedBy(rate, arrivals));
        const after = prefixCounts(
          admittedBy(
            rate,
            arrivals.filter((_, index) => index !== removed),
          ),
        );
        for (const [index, count] of after.entries()) expect([0, 1]).toContain(count - (before[index] ?? 0));
      }),
      { runs: 250 },
    );
  });

  // What follows is not promised, and shown so that nobody comes to rely on it.

  test("not promised: a faster rate admits what a slower one did", () => {
    const slow: Rate = { allow: 1, perMicros: 10, burst: 1 };
    const fast: Rate = { allow: 1, perMicros: 8, burst: 1 };
    const arrivals = at(0, 8, 10);
    expect(admittedBy(slow, arrivals)).toEqual([true, false, true]);
    expect(admittedBy(fast, arrivals)).toEqual([true, true, false]);
  });

  test("not promised: a looser limit in front lets more through where another stands behind it", () => {
    const nested = (burst: number): ReturnType<typeof makePolicy> =>
      makePolicy({
        limits: [
          makeLimit("front", { allow: 1, perMicros: 1_000, burst }),
          makeLimit("behind", { allow: 1, perMicros: 10_000, burst: 3 }, { cost: attributeOf("size", "body.size") }),
        ],
      });
    // The wider front lets the heavy second request in, which uses up what the light ones after it would have had.
    const arrivals = [
      { at: 0, key: 0, cost: 1 },
      { at: 0, key: 0, cost: 2 },
      { at: 1_000, key: 0, cost: 1 },
      { at: 2_000, key: 0, cost: 1 },
    ];
    expect(admissions(nested(1), make, arrivals)).toEqual([true, false, true, true]);
    expect(admissions(nested(2), make, arrivals)).toEqual([true, true, false, false]);
  });

  test("not promised: a rule that blocks one request leaves later requests as they were", () => {
    const limit = makeLimit("limit", { allow: 1, perMicros: 1_000, burst: 1 });
    const blocking = makeRule("large", {
      when: equals(attributeOf("size", "body.size"), literalOf("size", 2)),
      action: BLOCK,
    });
    const arrivals = [
      { at: 0, key: 0, cost: 2 },
      { at: 1, key: 0, cost: 1 },
    ];
    expect(admissions(makePolicy({ limits: [limit] }), make, arrivals)).toEqual([true, false]);
    expect(admissions(makePolicy({ limits: [limit], rules: [blocking] }), make, arrivals)).toEqual([false, true]);
  });
});

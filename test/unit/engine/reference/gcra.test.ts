import { describe, expect, test } from "vitest";
import type { Rate } from "../../../../engine/index.ts";
import { type Arrival, ask, reading, refunded, untilFull, usedPercent } from "../../../../engine/reference/gcra.ts";

const TENTH: Rate = { allow: 1, perMicros: 10, burst: 3 };
/** Three and a third between two units. */
const THIRDS: Rate = { allow: 3, perMicros: 10, burst: 2 };

/** The state after charges at these times, whether they are admitted or not. */
function after(rate: Rate, ...charges: readonly (readonly [at: number, cost: number])[]): Arrival {
  const [first, ...rest] = charges.map(
    ([at, cost]) =>
      (each?: Arrival) =>
        ask(each, rate, cost, at).charged,
  );
  return rest.reduce((each, charge) => charge(each), first!());
}

describe("a charge", () => {
  test("waits until the burst has room for it", () => {
    const wait = (rate: Rate, cost: number, at: number, state?: Arrival): bigint => ask(state, rate, cost, at).wait;
    expect([wait(TENTH, 1, 5), wait(TENTH, 3, 5), wait(TENTH, 4, 5)]).toEqual([-20n, 0n, 10n]);
    const full = after(TENTH, [0, 3]);
    expect([
      wait(TENTH, 1, 0, full),
      wait(TENTH, 1, 9, full),
      wait(TENTH, 1, 10, full),
      wait(TENTH, 1, 500, full),
    ]).toEqual([10n, 1n, 0n, -20n]);
    expect([wait(THIRDS, 1, 0, after(THIRDS, [0, 2])), wait(THIRDS, 1, 4, after(THIRDS, [0, 2]))]).toEqual([4n, 0n]);
  });

  test("keeps fractions exactly", () => {
    expect(after(THIRDS, [0, 1])).toEqual({ micros: 3n, numerator: 1n, denominator: 3n });
    expect(after(THIRDS, [0, 1], [0, 1], [0, 1])).toEqual({ micros: 10n, numerator: 0n, denominator: 3n });
    expect(after({ allow: 4, perMicros: 6, burst: 1 }, [0, 1])).toEqual({ micros: 1n, numerator: 1n, denominator: 2n });
  });

  test("under another rate begins at the next whole microsecond", () => {
    expect(ask(after(THIRDS, [0, 1]), TENTH, 1, 0).charged).toEqual({ micros: 14n, numerator: 0n, denominator: 1n });
    expect(ask(after(THIRDS, [0, 3]), TENTH, 1, 0).charged).toEqual({ micros: 20n, numerator: 0n, denominator: 1n });
  });
});

describe("a reading", () => {
  test("is the whole units left, and the time until all are", () => {
    expect(reading(undefined, TENTH, 5)).toEqual({ remaining: 3, fullIn: 0 });
    const some = after(TENTH, [0, 2]);
    expect([0, 9, 10, 19, 20, 99].map((now) => reading(some, TENTH, now))).toEqual([
      { remaining: 1, fullIn: 20 },
      { remaining: 1, fullIn: 11 },
      { remaining: 2, fullIn: 10 },
      { remaining: 2, fullIn: 1 },
      { remaining: 3, fullIn: 0 },
      { remaining: 3, fullIn: 0 },
    ]);
    expect(reading(after(TENTH, [0, 5]), TENTH, 0)).toEqual({ remaining: 0, fullIn: 50 });
    expect(reading(after(THIRDS, [0, 1]), THIRDS, 0)).toEqual({ remaining: 1, fullIn: 4 });
  });

  test("tells the exact time until full", () => {
    expect(untilFull(undefined, 5)).toEqual({ fullInMicros: 0, numerator: 0, denominator: 1 });
    const some = after(THIRDS, [0, 1]);
    expect(untilFull(some, 1)).toEqual({ fullInMicros: 2, numerator: 1, denominator: 3 });
    expect(untilFull(some, 3)).toEqual({ fullInMicros: 0, numerator: 1, denominator: 3 });
    expect(untilFull(some, 4)).toEqual({ fullInMicros: 0, numerator: 0, denominator: 1 });
    expect(untilFull(after(THIRDS, [0, 3]), 0)).toEqual({ fullInMicros: 10, numerator: 0, denominator: 1 });
  });

  test("tells the share of the burst in use", () => {
    expect(usedPercent(undefined, TENTH, 5)).toBe(0);
    expect(usedPercent(after(TENTH, [0, 2]), TENTH, 5)).toBe(50);
    expect(usedPercent(after(TENTH, [0, 9]), TENTH, 0)).toBe(100);
    expect(usedPercent(after(THIRDS, [0, 1]), THIRDS, 0)).toBeCloseTo(50, 9);
  });
});

describe("a refund", () => {
  test("takes the units back", () => {
    expect(refunded(after(TENTH, [100, 3]), TENTH, 2)).toEqual({ micros: 110n, numerator: 0n, denominator: 1n });
    expect(refunded(after(THIRDS, [0, 2]), THIRDS, 1)).toEqual({ micros: 3n, numerator: 1n, denominator: 3n });
  });

  test("of another rate is exact from a whole microsecond, and from a fraction in whole ones, rounded down", () => {
    expect(refunded(after(TENTH, [0, 2]), THIRDS, 1)).toEqual({ micros: 16n, numerator: 2n, denominator: 3n });
    expect(refunded(after(THIRDS, [0, 4]), TENTH, 1)).toEqual({ micros: 3n, numerator: 1n, denominator: 3n });
  });

  test("goes back no further than the beginning of time", () => {
    expect(refunded(after(TENTH, [0, 1]), TENTH, 2)).toEqual({ micros: 0n, numerator: 0n, denominator: 1n });
    expect(refunded(after(TENTH, [0, 1]), TENTH, 1)).toEqual({ micros: 0n, numerator: 0n, denominator: 1n });
  });
});

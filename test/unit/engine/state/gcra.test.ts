import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Rate } from "../../../../engine/index.ts";
import { Arena } from "../../../../engine/state/arena.ts";
import { AmountKind, makeCharge } from "../../../../engine/state/charge.ts";
import { exactRate, unitsLeft } from "../../../../engine/exact-rate.ts";
import { GCRA_BYTES, GcraTable } from "../../../../engine/state/gcra.ts";
import { check } from "../../../helpers/property.ts";
import { Recorder } from "../../../helpers/recorder.ts";
import { crowd, hashOf, inArena, type KeyedTable } from "../../../helpers/tables.ts";

const START = 1_767_225_600_000_000;
const table = (): GcraTable => inArena(1 << 20, (arena, head) => new GcraTable(arena, head));

/** Asks, and charges where it admits; returns the wait. */
function take(limit: GcraTable, rate: Rate, cost: number, now: number, key = 1): number {
  const charge = makeCharge(AmountKind.gcra);
  limit.ask(key, 0, exactRate(rate), cost, now, charge);
  if (charge.wait <= 0) limit.charge(charge, now);
  return charge.wait;
}

/** The same limit in rationals over a common denominator, with big integers. */
class Exact {
  private ticks = 0n;
  private readonly rate: Rate;

  constructor(rate: Rate) {
    this.rate = rate;
  }

  take(cost: number, now: number): number {
    const allow = BigInt(this.rate.allow);
    const step = BigInt(this.rate.perMicros);
    const time = BigInt(now) * allow;
    const after = (this.ticks > time ? this.ticks : time) + BigInt(cost) * step;
    const excess = after - BigInt(this.rate.burst) * step - time;
    if (excess <= 0n) this.ticks = after;
    return excess <= 0n ? 0 : Number((excess + allow - 1n) / allow);
  }

  remaining(now: number): number {
    const used = this.ticks - BigInt(now) * BigInt(this.rate.allow);
    const left = BigInt(this.rate.burst) * BigInt(this.rate.perMicros) - (used > 0n ? used : 0n);
    return left < 0n ? 0 : Number(left / BigInt(this.rate.perMicros));
  }

  /** Whether the limit is full again after `micros + numerator / denominator`, exactly. */
  isFullIn(now: number, micros: number, numerator: number, denominator: number): boolean {
    const used = this.ticks - BigInt(now) * BigInt(this.rate.allow);
    const stated = BigInt(micros) * BigInt(denominator) + BigInt(numerator);
    return (used > 0n ? used : 0n) * BigInt(denominator) === stated * BigInt(this.rate.allow);
  }
}

const rate: fc.Arbitrary<Rate> = fc.record({
  allow: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 1_000_000 })),
  perMicros: fc.constantFrom(1, 7, 1_000, 1_000_000, 60_000_000, 86_400_000_000, 2_592_000_000_000),
  burst: fc.integer({ min: 1, max: 60 }),
});
const steps = fc.array(
  fc.record({
    gap: fc.oneof(fc.nat(3), fc.nat(2_000_000), fc.nat(100_000_000)),
    cost: fc.constantFrom(1, 1, 1, 2, 3, 61),
  }),
  { maxLength: 60 },
);

describe("exactness", () => {
  test("waits, remaining units and the time to full are those of rational arithmetic", () => {
    check(
      fc.property(rate, steps, (each, trace) => {
        const limit = table();
        const exact = new Exact(each);
        let now = START;
        for (const { gap, cost } of trace) {
          now += gap;
          expect(Math.max(0, take(limit, each, cost, now))).toBe(exact.take(cost, now));
          const { fullInMicros, numerator, denominator } = limit.state(1, 0, now);
          expect(exact.isFullIn(now, fullInMicros, numerator, denominator)).toBe(true);
          const { denominator: own } = exactRate(each);
          expect(unitsLeft(exactRate(each), fullInMicros, numerator === 0 ? 0 : (numerator * own) / denominator)).toBe(
            exact.remaining(now),
          );
        }
      }),
      { runs: 300 },
    );
  });

  test("costs whose product with the period passes 2^53 are exact too", () => {
    const each = { allow: 3_000_000_007, perMicros: 86_400_000_000, burst: 3_000_000_007 };
    const limit = table();
    const exact = new Exact(each);
    for (const cost of [2_999_999_999, 8, 1, 1]) {
      expect(Math.max(0, take(limit, each, cost, START))).toBe(exact.take(cost, START));
    }
  });
});

test("a third of a second is never rounded: 3 per 1s admits the fourth after 333334 microseconds", () => {
  const each = { allow: 3, perMicros: 1_000_000, burst: 3 };
  const limit = table();
  for (let count = 0; count < 3; count++) expect(take(limit, each, 1, START)).toBeLessThanOrEqual(0);
  expect(take(limit, each, 1, START)).toBe(333_334);
  expect(take(limit, each, 1, START + 333_333)).toBe(1);
  expect(take(limit, each, 1, START + 333_334)).toBeLessThanOrEqual(0);
  expect(take(limit, each, 1, START + 666_666)).toBe(1);
});

test("a fraction over another denominator rounds up to a whole microsecond", () => {
  const limit = table();
  take(limit, { allow: 3, perMicros: 1, burst: 3 }, 1, START);
  expect(limit.state(1, 0, START)).toEqual({ fullInMicros: 0, numerator: 1, denominator: 3 });
  take(limit, { allow: 7, perMicros: 1, burst: 70 }, 1, START);
  expect(limit.state(1, 0, START)).toEqual({ fullInMicros: 1, numerator: 1, denominator: 7 });
});

test("asking charges nothing", () => {
  const limit = table();
  const charge = makeCharge(AmountKind.gcra);
  const each = exactRate({ allow: 1, perMicros: 1_000_000, burst: 1 });
  for (let count = 0; count < 3; count++) {
    limit.ask(1, 0, each, 1, START, charge);
    expect(charge.wait).toBe(0);
  }
  expect([limit.count, limit.state(1, 0, START).fullInMicros]).toEqual([0, 0]);
});

test("keys are apart", () => {
  const limit = table();
  const each = { allow: 1, perMicros: 1_000_000, burst: 1 };
  expect(take(limit, each, 1, START, 1)).toBe(0);
  expect(take(limit, each, 1, START, 2)).toBe(0);
  expect(take(limit, each, 1, START, 1)).toBe(1_000_000);
});

describe("taking back", () => {
  const RATE = { allow: 3, perMicros: 1_000, burst: 6 };
  const { step, denominator } = exactRate(RATE);

  test("a charge goes as it came, thirds included", () => {
    const limit = table();
    take(limit, RATE, 1, START);
    take(limit, RATE, 4, START);
    limit.giveBack(1, 0, 4, step, denominator);
    expect(limit.state(1, 0, START)).toEqual({ fullInMicros: 333, numerator: 1, denominator: 3 });
    limit.giveBack(1, 0, 1, step, denominator);
    expect(limit.state(1, 0, START)).toEqual({ fullInMicros: 0, numerator: 0, denominator: 1 });
  });

  test("a fraction that is larger than what there is borrows a microsecond", () => {
    const limit = table();
    take(limit, RATE, 3, START);
    limit.giveBack(1, 0, 1, step, denominator);
    expect(limit.state(1, 0, START)).toEqual({ fullInMicros: 666, numerator: 2, denominator: 3 });
  });

  test("more than there is leaves the limit full", () => {
    const limit = table();
    take(limit, RATE, 1, START);
    limit.giveBack(1, 0, 5, step, denominator);
    limit.giveBack(2, 0, 5, step, denominator);
    expect(limit.state(1, 0, START).fullInMicros).toBe(0);
    expect(take(limit, RATE, 6, START)).toBeLessThanOrEqual(0);
    expect(take(limit, RATE, 1, START)).toBe(334);
  });

  test("under another rate whole microseconds come back, rounded down", () => {
    const limit = table();
    take(limit, { allow: 7, perMicros: 1_000, burst: 6 }, 3, START);
    limit.giveBack(1, 0, 1, step, denominator);
    expect(limit.state(1, 0, START)).toEqual({ fullInMicros: 428 - 333, numerator: 4, denominator: 7 });
  });
});

test("what is used is a share of the burst, and never above all of it", () => {
  const rate = exactRate({ allow: 3, perMicros: 1_000, burst: 4 });
  const limit = table();
  expect(limit.used(1, 0, rate, START)).toBe(0);
  take(limit, { allow: 3, perMicros: 1_000, burst: 4 }, 3, START);
  expect([0, 500, 1_000, 5_000].map((later) => limit.used(1, 0, rate, START + later))).toEqual([75, 37.5, 0, 0]);
  expect(limit.used(1, 0, exactRate({ allow: 3, perMicros: 1_000, burst: 2 }), START)).toBe(100);
});

test("parts of a microsecond are used, too", () => {
  const each = { allow: 3, perMicros: 10, burst: 3 };
  const limit = table();
  take(limit, each, 1, START);
  expect(limit.used(1, 0, exactRate(each), START)).toBeCloseTo(100 / 3, 9);
  expect(limit.used(1, 0, exactRate(each), START + 3)).toBeCloseTo(10 / 3, 9);
  expect(limit.used(1, 0, exactRate(each), START + 4)).toBe(0);
  take(limit, { allow: 1, perMicros: 5, burst: 9 }, 1, START, 2);
  // The time at which it is full is past no sooner than it has come.
  expect([4, 5].map((later) => limit.state(2, 0, START + later).fullInMicros)).toEqual([1, 0]);
});

describe("a denominator that does not fit into a word", () => {
  const each = { allow: 2 ** 33 + 1, perMicros: 1_000_003, burst: 2 ** 34 };
  const { step, denominator } = exactRate(each);
  /** How far the time to full is from the exact one, in units of 2^-32 microseconds. */
  const excess = (limit: GcraTable, units: number): number => {
    const { fullInMicros, numerator, denominator: own } = limit.state(1, 0, START);
    const stated = ((BigInt(fullInMicros) * BigInt(own) + BigInt(numerator)) * 2n ** 42n) / BigInt(own);
    return Number(stated - (BigInt(units) * BigInt(step) * 2n ** 42n) / BigInt(denominator)) / 2 ** 10;
  };

  test("is kept to 2^-32 of a microsecond a charge, never in the caller's favour", () => {
    expect(denominator).toBeGreaterThan(2 ** 32);
    const limit = table();
    let units = 0;
    for (const [index, cost] of [1, 12_345, 2 ** 33, 5, 1, 999_999_999].entries()) {
      expect(take(limit, each, cost, START)).toBeLessThanOrEqual(0);
      units += cost;
      expect(excess(limit, units)).toBeGreaterThanOrEqual(-0.01);
      expect(excess(limit, units)).toBeLessThan(1.01 * (index + 1) + 0.01);
    }
    limit.giveBack(1, 0, 12_345, step, denominator);
    expect(excess(limit, units - 12_345)).toBeGreaterThanOrEqual(-0.01);
    expect(excess(limit, units - 12_345)).toBeLessThan(9);
  });

  test("is used by its share", () => {
    const limit = table();
    take(limit, each, 2 ** 32, START);
    expect(limit.used(1, 0, exactRate(each), START)).toBeCloseTo(25, 6);
    expect(limit.state(1, 0, START).denominator).toBe(2 ** 32);
  });

  test("beside a rate with a small one rounds up to a whole microsecond", () => {
    const limit = table();
    take(limit, each, 1, START);
    take(limit, { allow: 3, perMicros: 1, burst: 9 }, 1, START);
    expect(limit.state(1, 0, START)).toEqual({ fullInMicros: 1, numerator: 1, denominator: 3 });
  });
});

test("a charge says what it was asked, and when it would be made", () => {
  const limit = table();
  const charge = makeCharge(AmountKind.gcra);
  const each = exactRate({ allow: 3, perMicros: 10, burst: 3 });
  limit.ask(1, 0, each, 3, START, charge);
  expect(charge).toMatchObject({ lo: 1, hi: 0, at: -1, cost: 3, fits: true, sketched: false, wait: 0 });
  expect(charge).toMatchObject({ beforeWhole: START, beforePart: 0, afterWhole: START + 10, afterPart: 0 });
  limit.charge(charge, START);
  limit.ask(1, 0, each, 4, START, charge);
  expect(charge).toMatchObject({
    cost: 4,
    fits: false,
    wait: 14,
    beforeWhole: START + 10,
    afterWhole: START + 23,
    afterPart: 1,
  });
  expect(charge.at).toBeGreaterThan(0);
  limit.ask(1, 0, each, 2, START + 10, charge);
  expect(charge).toMatchObject({ wait: -3, beforeWhole: START + 10, afterWhole: START + 16, afterPart: 2 });
  limit.ask(1, 0, each, 1, START + 11, charge);
  expect(charge).toMatchObject({ beforeWhole: START + 11, beforePart: 0 });
});

describe("a full table", () => {
  test("makes room of arrivals that have passed, the moment after", () => {
    expect(GCRA_BYTES).toBe(24);
    const each = { allow: 1, perMicros: 100, burst: 1 };
    const kind: KeyedTable<GcraTable> = {
      make: (arena, head) => new GcraTable(arena, head),
      bytes: GCRA_BYTES,
      record: (limit, lo, hi, now) => {
        const charge = makeCharge(AmountKind.gcra);
        limit.ask(lo, hi, exactRate(each), 1, now, charge);
        limit.charge(charge, now);
      },
      isKnown: (limit, lo, hi, now) => limit.state(lo, hi, now).fullInMicros > 0,
    };
    const half = 297;
    expect(crowd(kind, 50, 101)).toMatchObject({ gone: half, dropped: 0, older: half, newer: 0 });
    expect(crowd(kind, 50, 100)).toMatchObject({ gone: 8, dropped: 8, newer: 0 });
  });

  const MINUTE = 60_000_000;
  const slow = { allow: 1, perMicros: 60 * MINUTE, burst: 1 };
  const quick = { allow: 1, perMicros: 2, burst: 1 };
  const isKept = (limit: GcraTable, key: number, now: number): boolean => limit.state(key, 0, now).fullInMicros > 0;
  const keys = Array.from({ length: 600 }, (_, index) => index + 1);

  test("drops what is full again and nothing else", () => {
    const limit = inArena(1, (arena, head) => new GcraTable(arena, head));
    for (const key of keys.slice(0, 100)) take(limit, slow, 1, START, key << 20);
    for (const key of keys.slice(100)) take(limit, quick, 1, START + 3 * key, key << 20);
    for (const key of keys.slice(0, 100)) expect(isKept(limit, key << 20, START + MINUTE)).toBe(true);
    expect([limit.dropped, limit.count < 400]).toEqual([0, true]);
  });

  test("drops rather what would be full again soon, and keeps who comes again and again", () => {
    const limit = inArena(1, (arena, head) => new GcraTable(arena, head));
    const many = exactRate({ allow: 1, perMicros: MINUTE, burst: 1_000 });
    const charge = makeCharge(AmountKind.gcra);
    const ask = (key: number): void => {
      const [lo, hi] = hashOf(key);
      limit.ask(lo, hi, many, 1, START, charge);
    };
    for (let visit = 0; visit < 500; visit++) {
      for (let key = 0; key < 50; key++) {
        ask(key);
        limit.charge(charge, START);
      }
    }
    for (let key = 1_000; key < 3_000; key++) {
      ask(key);
      limit.charge(charge, START);
    }
    expect(limit.dropped).toBeGreaterThan(1_000);
    for (let key = 0; key < 50; key++) {
      ask(key);
      expect([charge.at >= 0, charge.beforeWhole]).toEqual([true, START + 500 * MINUTE]);
    }
  });
});

describe("fractions of a microsecond", () => {
  const thirds = { allow: 3, perMicros: 10, burst: 9 };
  const state = (limit: GcraTable): unknown => limit.state(1, 0, START);

  test("that come to a whole are one, when charged and when taken back", () => {
    const limit = table();
    const { step, denominator } = exactRate(thirds);
    const charge = makeCharge(AmountKind.gcra);
    for (let count = 0; count < 3; count++) {
      limit.ask(1, 0, exactRate(thirds), 1, START, charge);
      limit.charge(charge, START);
    }
    expect([charge.afterWhole, charge.afterPart]).toEqual([START + 10, 0]);
    take(limit, thirds, 1, START);
    limit.giveBack(1, 0, 1, step, denominator);
    expect(state(limit)).toEqual({ fullInMicros: 10, numerator: 0, denominator: 1 });
  });

  test("that are none stay none under another rate", () => {
    const limit = table();
    take(limit, { allow: 1, perMicros: 5, burst: 9 }, 1, START);
    take(limit, { allow: 7, perMicros: 1, burst: 70 }, 1, START);
    expect(state(limit)).toEqual({ fullInMicros: 5, numerator: 1, denominator: 7 });
  });

  test("of thirds round up under a rate whose denominator does not fit into a word", () => {
    const limit = table();
    take(limit, thirds, 1, START);
    take(limit, { allow: 2 ** 33, perMicros: 5, burst: 2 ** 34 }, 2 ** 33, START);
    expect(state(limit)).toEqual({ fullInMicros: 4 + 5, numerator: 0, denominator: 1 });
  });

  test.each([2 ** 32, 2 ** 40])(
    "of a denominator of %d are kept, none where there is none, and never lost",
    (allow) => {
      const each = { allow, perMicros: 1, burst: 3 * allow };
      const limit = table();
      take(limit, each, allow / 4, START);
      expect(state(limit)).toEqual({ fullInMicros: 0, numerator: 2 ** 30 + 1, denominator: 2 ** 32 });
      const other = table();
      take(other, each, allow, START);
      expect(state(other)).toEqual({ fullInMicros: 1, numerator: 0, denominator: 1 });
      // The last part of a microsecond but one is rounded up to all of it.
      take(other, each, allow - 1, START);
      expect(state(other)).toEqual({ fullInMicros: 2, numerator: 0, denominator: 1 });
    },
  );
});

describe("a dropped key", () => {
  const MINUTE = 60_000_000;
  const each = { allow: 3, perMicros: 3 * MINUTE + 1, burst: 9 };

  test.each([
    [1, MINUTE + 1],
    [3, 3 * MINUTE + 1],
  ])("of %d units is full again no sooner than it was, rounded up", (cost, length) => {
    const limit = inArena(1, (arena, head) => new GcraTable(arena, head));
    const keys = Array.from({ length: 700 }, (_, key) => key);
    const charge = makeCharge(AmountKind.gcra);
    const rate = exactRate(each);
    const ask = (key: number, now: number): void => limit.ask(...hashOf(key), rate, 1, now, charge);
    for (const key of keys) {
      limit.ask(...hashOf(key), rate, cost, START + 10 * key, charge);
      limit.charge(charge, START + 10 * key);
    }
    const now = START + 10_000;
    let [dropped, exact] = [0, 0];
    for (const key of keys) {
      ask(key, now);
      expect(charge.sketched).toBe(charge.at < 0);
      if (charge.at >= 0) continue;
      dropped++;
      const time = charge.beforeWhole;
      expect(time).toBeGreaterThanOrEqual(START + 10 * key + length);
      if (time === START + 10 * key + length) exact++;
      expect(limit.state(...hashOf(key), now)).toEqual({ fullInMicros: time - now, numerator: 0, denominator: 1 });
      expect(limit.used(...hashOf(key), rate, now)).toBeCloseTo((100 * (time - now) * 3) / (9 * each.perMicros), 9);
      ask(key, time);
      expect([charge.sketched, charge.beforeWhole]).toEqual([false, time]);
      expect(limit.state(...hashOf(key), time + 9).fullInMicros).toBe(0);
    }
    expect(dropped).toBeGreaterThan(100);
    expect(exact).toBeGreaterThan(0.8 * dropped);
    expect(limit.sketched).toBe(dropped);
  });
});

test("charges and what is taken back are told to the arena's guard", () => {
  const arena = new Arena(8);
  const limit = inArena(1, (own, head) => new GcraTable(own, head), arena);
  const each = { allow: 3, perMicros: 1_000, burst: 6 };
  const { step, denominator } = exactRate(each);
  const recorder = new Recorder(arena);
  for (const change of [
    () => take(limit, each, 1, START),
    () => take(limit, each, 2, START),
    () => limit.giveBack(1, 0, 1, step, denominator),
  ]) {
    recorder.begin();
    change();
    expect(recorder.lost()).toEqual([]);
  }
});

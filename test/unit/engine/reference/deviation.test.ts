import { describe, expect, test } from "vitest";
import { type Baseline, deviationAt, freshBaseline, rolled, slotOf } from "../../../../engine/reference/deviation.ts";

const WINDOW = 100;
const AGAINST = 1_000;
/** 2 / (10 + 1). */
const ALPHA = 2 / 11;

function served(baseline: Baseline, count: number): Baseline {
  return { ...baseline, served: count };
}

/** A baseline that was served so many events in each slot from the first on, and stands in the slot after them. */
function after(...counts: readonly number[]): Baseline {
  return counts.reduce(
    (each, count, slot) => rolled(served(each, count), WINDOW * (slot + 1), WINDOW, AGAINST),
    freshBaseline(0, WINDOW),
  );
}

test("slots are as long as the window", () => {
  expect([0, 99, 100, 250].map((time) => slotOf(time, WINDOW))).toEqual([0n, 0n, 1n, 2n]);
  expect(freshBaseline(250, WINDOW)).toEqual({ slot: 2n, served: 0, samples: 0, mean: 0, variance: 0, latest: 250 });
});

describe("a baseline", () => {
  test("is the mean of its first samples", () => {
    expect(after(4)).toMatchObject({ slot: 1n, samples: 1, mean: 4, variance: 0, served: 0 });
    const two = after(4, 8);
    expect([two.samples, two.mean, two.variance]).toEqual([2, 6, 4]);
    const three = after(4, 8, 9);
    expect(three.mean).toBeCloseTo(7, 12);
    expect(three.variance).toBeCloseTo(14 / 3, 12);
  });

  test("then moves by two parts in one more than it has slots", () => {
    const settled: Baseline = { slot: 0n, served: 12, samples: 50, mean: 10, variance: 4, latest: 0 };
    const next = rolled(settled, WINDOW, WINDOW, AGAINST);
    expect(next.mean).toBeCloseTo(10 + ALPHA * 2, 12);
    expect(next.variance).toBeCloseTo((1 - ALPHA) * (4 + ALPHA * 4), 12);
    expect([next.samples, next.served, next.slot]).toEqual([51, 0, 1n]);
  });

  test("stays as it is within its slot, and where time stands", () => {
    const some = served(after(4), 3);
    expect(rolled(some, 199, WINDOW, AGAINST)).toBe(some);
    expect(rolled(some, 50, WINDOW, AGAINST)).toBe(some);
  });

  test("holds a sample to three deviations above the mean, from eight samples on", () => {
    const high = (samples: number): number =>
      rolled({ slot: 0n, served: 1_000, samples, mean: 9, variance: 9, latest: 0 }, WINDOW, WINDOW, AGAINST).mean;
    expect(high(8)).toBeCloseTo(9 + ALPHA * 9, 12);
    expect(high(50)).toBeCloseTo(9 + ALPHA * 9, 12);
    expect(high(7)).toBeCloseTo(9 + ALPHA * 991, 12);
  });

  test("counts slots without events as if each had passed by itself", () => {
    for (const samples of [0, 1, 3, 20]) {
      for (const empty of [1, 2, 5, 30]) {
        const begin: Baseline = {
          slot: 0n,
          served: 6,
          samples,
          mean: samples === 0 ? 0 : 5,
          variance: samples < 2 ? 0 : 3,
          latest: 0,
        };
        const once = rolled(begin, WINDOW * (empty + 1), WINDOW, AGAINST);
        let each = begin;
        for (let slot = 1; slot <= empty + 1; slot++) each = rolled(each, WINDOW * slot, WINDOW, AGAINST);
        expect([once.samples, once.slot, once.served]).toEqual([each.samples, each.slot, 0]);
        expect(once.mean).toBeCloseTo(each.mean, 9);
        expect(once.variance).toBeCloseTo(each.variance, 9);
      }
    }
  });
});

describe("a deviation", () => {
  const at = (baseline: Baseline, rate: number, now = baseline.latest): number =>
    deviationAt(baseline, rate, now, WINDOW, AGAINST);

  test("is none until a quarter of the baseline was seen", () => {
    const seen = (samples: number): number => at({ slot: 0n, served: 0, samples, mean: 4, variance: 4, latest: 0 }, 10);
    expect([seen(2), seen(3)]).toEqual([0, 3]);
    expect(deviationAt({ slot: 0n, served: 0, samples: 1, mean: 4, variance: 4, latest: 0 }, 10, 0, 250, AGAINST)).toBe(
      3,
    );
  });

  test("is counted in roots of the variance, of the mean, or of one, whichever is largest", () => {
    const of = (mean: number, variance: number, rate: number): number =>
      at({ slot: 0n, served: 0, samples: 9, mean, variance, latest: 0 }, rate);
    expect([of(4, 9, 10), of(9, 4, 15), of(0, 0, 5), of(0.5, 0.25, 2.5), of(4, 9, 1)]).toEqual([2, 2, 5, 2, -1]);
  });

  test("is of the baseline as it stands now", () => {
    const baseline: Baseline = { slot: 0n, served: 4, samples: 9, mean: 4, variance: 4, latest: 0 };
    const later = rolled(baseline, 5 * WINDOW, WINDOW, AGAINST);
    expect(at(baseline, 10, 5 * WINDOW)).toBe((10 - later.mean) / Math.sqrt(Math.max(later.variance, later.mean, 1)));
  });
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEVIATION_BYTES, DeviationTable } from "../../../../engine/state/deviations.ts";
import { check } from "../../../helpers/property.ts";
import { hashOf, inArena } from "../../../helpers/tables.ts";

const D = 16_000;

function tableOf(times: number): DeviationTable {
  return inArena(1 << 20, (arena, head) => new DeviationTable(D, D * times, arena, head));
}

/** Records and teaches an event. */
function serve(table: DeviationTable, now: number): void {
  table.record(1, 1, now);
  table.teach(1, 1, now);
}

test("zero until a quarter of the baseline was learnt", () => {
  const table = tableOf(16);
  const readings = Array.from({ length: 5 }, (_, slot) => {
    serve(table, slot * D);
    return table.read(1, 1, slot * D);
  });
  // Four slots of one event each: the mean is 1, and sub-windows give an event 17 sixteenths of the window.
  expect(readings).toEqual([0, 0, 0, 0, 1]);
});

test("the difference from the mean in deviations, of which one is at least the root of the mean and of one", () => {
  const table = tableOf(16);
  for (let slot = 0; slot < 4; slot++) for (let event = 0; event < 9; event++) serve(table, slot * D);
  for (let event = 0; event < 30; event++) table.record(1, 1, 4 * D + 4_000);
  expect(table.read(1, 1, 4 * D + 4_000)).toBe((30 - 9) / 3);
});

test("refused events raise the rate and teach nothing", () => {
  const table = tableOf(16);
  for (let slot = 0; slot < 8; slot++) serve(table, slot * D);
  for (let event = 0; event < 1_000; event++) table.record(1, 1, 7 * D);
  for (let slot = 8; slot < 10; slot++) serve(table, slot * D);
  expect(table.read(1, 1, 10 * D)).toBe(0);
});

test.each([
  [7, 500],
  [8, 1 + 3],
  [10, 1 + 3],
])(
  "after %d samples of one, 500 count for %d: three deviations above the mean, once eight are learnt",
  (ones, sample) => {
    const table = tableOf(24);
    for (let slot = 0; slot < ones; slot++) serve(table, slot * D);
    for (let event = 0; event < 500; event++) serve(table, ones * D);
    const share = 1 / (ones + 1);
    const mean = 1 + share * (sample - 1);
    const variance = share * (1 - share) * (sample - 1) ** 2;
    const expected = (500 - mean) / Math.sqrt(Math.max(variance, mean, 1));
    expect(table.read(1, 1, (ones + 1) * D)).toBeCloseTo(expected, 9);
  },
);

test("a key that was not seen for longer than the baseline begins anew", () => {
  const known = tableOf(4);
  for (let slot = 0; slot < 4; slot++) for (let event = 0; event < 5; event++) serve(known, slot * D);
  const last = 3 * D;
  expect(known.read(1, 1, last + 4 * D)).not.toBe(0);
  expect(known.read(1, 1, last + 4 * D + 1)).toBe(0);
  known.record(1, 1, last + 4 * D + 1);
  expect(known.read(1, 1, last + 4 * D + 1)).toBe(0);
});

describe("empty slots", () => {
  test("learnt at once are what they are one by one", () => {
    check(
      fc.property(
        fc.integer({ min: 4, max: 60 }),
        fc.array(fc.nat(9), { minLength: 1, maxLength: 30 }),
        fc.nat(50),
        (times, counts, gap) => {
          fc.pre(gap < times);
          const table = tableOf(times);
          const alpha = 2 / (times + 1);
          let [samples, mean, variance] = [0, 0, 0];
          const learn = (sample: number): void => {
            samples++;
            const share = Math.max(alpha, 1 / samples);
            const difference = sample - mean;
            mean += share * difference;
            variance = (1 - share) * (variance + share * difference * difference);
          };
          for (const [slot, count] of counts.entries()) {
            for (let event = 0; event <= count; event++) serve(table, slot * D);
            const bound = mean + 3 * Math.sqrt(Math.max(variance, mean, 1));
            learn(samples >= 8 ? Math.min(count + 1, bound) : count + 1);
          }
          for (let slot = 0; slot < gap; slot++) learn(0);
          const now = (counts.length + gap) * D + D / 2;
          fc.pre(now - (counts.length - 1) * D <= times * D);
          const rate = now - (counts.length - 1) * D < 17_000 ? (counts.at(-1) ?? 0) + 1 : 0;
          const expected = samples * 4 < times ? 0 : (rate - mean) / Math.sqrt(Math.max(variance, mean, 1));
          expect(table.read(1, 1, now)).toBeCloseTo(expected, 6);
        },
      ),
    );
  });
});

test.each([4, 5, 8, 9, 16, 60, 100_000])(
  "against %d windows, what was never there is learnt as a plain mean until a sample would weigh no more than ever after",
  (times) => {
    // Once 2/(N+1) is the larger share, a window counts for it, however long ago the first was.
    const alpha = 2 / (times + 1);
    const table = tableOf(times);
    serve(table, 0);
    let mean = 1;
    let variance = 0;
    const gap = Math.min(times - 3, 40_000);
    for (let samples = 2; samples <= gap; samples++) {
      const share = Math.max(alpha, 1 / samples);
      variance = (1 - share) * (variance + share * mean * mean);
      mean -= share * mean;
    }
    const now = gap * D + 17_000;
    for (let event = 0; event < 7; event++) table.record(1, 1, now);
    const slots = Math.floor(now / D) - gap;
    for (let slot = 0; slot < slots; slot++) {
      const share = Math.max(alpha, 1 / (gap + slot + 1));
      variance = (1 - share) * (variance + share * mean * mean);
      mean -= share * mean;
    }
    expect(table.read(1, 1, now)).toBeCloseTo((7 - mean) / Math.sqrt(Math.max(variance, mean, 1)), 6);
  },
);

test("reading changes nothing", () => {
  const table = tableOf(8);
  for (let slot = 0; slot < 6; slot++) serve(table, slot * D);
  const before = table.read(1, 1, 6 * D);
  table.read(1, 1, 13 * D);
  expect(table.read(1, 1, 6 * D)).toBe(before);
});

test("a key that was never seen has no deviation", () => {
  const table = tableOf(8);
  for (let slot = 0; slot < 6; slot++) serve(table, slot * D);
  expect(table.read(2, 1, 6 * D)).toBe(0);
});

test("keys have 136 bytes each, and do not meet", () => {
  expect(DEVIATION_BYTES).toBe(136);
  const keys = Array.from({ length: 200 }, (_, key) => hashOf(key));
  const together = tableOf(8);
  const alone = keys.map(() => tableOf(8));
  for (let slot = 0; slot < 6; slot++) {
    for (const [index, [lo, hi]] of keys.entries()) {
      for (const table of [together, alone[index]!]) {
        for (let event = 0; event <= (index + slot) % 5; event++) {
          table.record(lo, hi, slot * D + index);
          table.teach(lo, hi, slot * D + index);
        }
      }
    }
  }
  const readings = (tables: readonly DeviationTable[]): readonly number[] =>
    keys.map(([lo, hi], index) => tables[index]!.read(lo, hi, 6 * D));
  expect(readings(keys.map(() => together))).toEqual(readings(alone));
});

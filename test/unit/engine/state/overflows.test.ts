import { describe, expect, test } from "vitest";
import { Arena } from "../../../../engine/state/arena.ts";
import { OVERFLOW_BYTES, OVERFLOW_VALUES_BYTES, OverflowTable } from "../../../../engine/state/overflows.ts";
import { Recorder } from "../../../helpers/recorder.ts";
import { crowd, hashOf, inArena, type KeyedTable } from "../../../helpers/tables.ts";

/** Holds 3, leaks one every 1,000; an overflow lives for 10,000. */
const RATE = { allow: 1, perMicros: 1_000, burst: 3 };
const D = 10_000;

function tableOf(hasValues = false, rate = RATE): OverflowTable {
  return inArena(1 << 20, (arena, head) => new OverflowTable(rate, hasValues, D, arena, head));
}

describe("a bucket", () => {
  test("overflows with the event that it cannot hold, and is empty then", () => {
    const table = tableOf();
    const readings = [0, 0, 0, 0].map((now) => {
      table.record(1, 1, now);
      return table.read(1, 1, now);
    });
    expect(readings).toEqual([0, 0, 0, 1]);
    expect([9_999, 10_000].map((now) => table.read(1, 1, now))).toEqual([1, 0]);
  });

  test("leaks continuously, and never below empty", () => {
    const table = tableOf();
    for (const now of [0, 0, 0, 1_000, 2_000]) table.record(1, 1, now);
    expect(table.read(1, 1, 2_000)).toBe(0);
    table.record(1, 1, 2_999);
    expect(table.read(1, 1, 2_999)).toBe(1);
    for (const now of [90_000, 90_000, 90_000]) table.record(1, 1, now);
    expect(table.read(1, 1, 90_000)).toBe(0);
  });

  test("leaks thirds exactly", () => {
    const table = tableOf(false, { allow: 3, perMicros: 1_000, burst: 1 });
    table.record(1, 1, 0);
    table.record(1, 1, 334);
    expect(table.read(1, 1, 334)).toBe(0);
    table.record(1, 1, 334 + 333);
    expect(table.read(1, 1, 667)).toBe(1);
  });

  test("an overflow while one lives does not lengthen it", () => {
    const table = tableOf();
    for (let event = 0; event < 4; event++) table.record(1, 1, 0);
    for (let event = 0; event < 4; event++) table.record(1, 1, 6_000);
    expect([9_999, 10_000].map((now) => table.read(1, 1, now))).toEqual([1, 0]);
    for (let event = 0; event < 4; event++) table.record(1, 1, 10_000);
    expect([19_999, 20_000].map((now) => table.read(1, 1, now))).toEqual([1, 0]);
  });
});

test("a bucket that holds nothing overflows at every event, which within the window changes nothing", () => {
  const table = tableOf(false, { ...RATE, burst: 0 });
  for (const now of [0, 6_000, 9_999]) table.record(1, 1, now);
  expect([0, 9_999, 10_000].map((now) => table.read(1, 1, now))).toEqual([1, 1, 0]);
  table.record(1, 1, 10_000);
  expect([10_000, 19_999, 20_000].map((now) => table.read(1, 1, now))).toEqual([1, 1, 0]);
});

describe("with values", () => {
  test("a value that the bucket has seen is no event", () => {
    const table = tableOf(true);
    for (const value of [1, 1, 2, 2, 1, 3, 3]) table.recordValue(1, 1, value, value, 0);
    expect(table.read(1, 1, 0)).toBe(0);
    table.recordValue(1, 1, 4, 4, 0);
    expect(table.read(1, 1, 0)).toBe(1);
  });

  test("an overflow forgets the values", () => {
    const table = tableOf(true);
    for (const value of [1, 2, 3, 4]) table.recordValue(1, 1, value, value, 0);
    for (const value of [1, 2, 3, 4]) table.recordValue(1, 1, value, value, D);
    expect(table.read(1, 1, D)).toBe(1);
  });

  test("values are forgotten once nothing was counted for longer than it takes to leak one more than it holds", () => {
    for (const [wait, overflows] of [
      [4_000, 0],
      [4_001, 1],
    ] as const) {
      const table = tableOf(true);
      table.recordValue(1, 1, 1, 1, 0);
      for (const value of [1, 2, 3, 4]) table.recordValue(1, 1, value, value, wait);
      expect(table.read(1, 1, wait)).toBe(overflows);
    }
  });

  test("the 128 latest values are remembered", () => {
    const table = tableOf(true, { allow: 1, perMicros: 10, burst: 64 });
    for (let value = 1; value <= 129; value++) table.recordValue(1, 1, value, value, value * 10);
    const fill = (value: number): void => table.recordValue(1, 1, value, value, 1_290);
    for (let value = 2; value <= 129; value++) fill(value);
    for (let value = 1_000; value < 1_062; value++) fill(value);
    fill(1);
    expect(table.read(1, 1, 1_290)).toBe(0);
    fill(2_000);
    expect(table.read(1, 1, 1_290)).toBe(1);
  });
});

test("has as many keys as its budget holds, with values too", () => {
  for (const hasValues of [false, true]) {
    const table = tableOf(hasValues);
    for (let key = 0; key < 300; key++) {
      if (hasValues) table.recordValue(...hashOf(key), 1, 1, 0);
      else table.record(...hashOf(key), 0);
    }
    expect([table.count, table.dropped]).toEqual([300, 0]);
    for (let key = 0; key < 300; key++) {
      for (let value = 2; value <= 4; value++) {
        if (hasValues) table.recordValue(...hashOf(key), value, 1, 0);
        else table.record(...hashOf(key), 0);
      }
      expect(table.read(...hashOf(key), 0)).toBe(1);
    }
  }
});

describe("a full table", () => {
  /** Buckets of which each key has so many events, by one value after the other. */
  const keyed = (hasValues: boolean, events: number): KeyedTable<OverflowTable> => ({
    make: (arena, head) => new OverflowTable(RATE, hasValues, D, arena, head),
    bytes: hasValues ? OVERFLOW_VALUES_BYTES : OVERFLOW_BYTES,
    record: (table, lo, hi, now) => {
      for (let event = 0; event < events; event++) {
        if (hasValues) table.recordValue(lo, hi, event, 1, now);
        else table.record(lo, hi, now);
      }
    },
    isKnown: (table, lo, hi) => (table as unknown as { find: (lo: number, hi: number) => number }).find(lo, hi) >= 0,
  });

  test.each([
    // One event has leaked after 1,000, an overflow lives for 10,000, and values are known for as long as four events leak.
    [false, 1, 1_001],
    [false, 4, 10_000],
    [true, 1, 4_001],
    [true, 4, 10_000],
  ])("drops what is over, and counts no drop for it (%#)", (hasValues, events, over) => {
    expect([OVERFLOW_BYTES, OVERFLOW_VALUES_BYTES]).toEqual([32, 1_072]);
    const half = over > 4_000 ? 5_000 : 500;
    const later = hasValues && events === 1 ? 3_000 : half;
    const after = crowd(keyed(hasValues, events), later, over);
    // Of the eight that come, six take the places of what is over where a page has no more of it.
    expect([after.dropped, after.newer]).toEqual(hasValues ? [2, after.newer] : [0, 0]);
    const { gone, dropped } = crowd(keyed(hasValues, events), later, over - 1);
    expect([gone > 0, dropped]).toEqual([true, gone]);
  });

  test.each([1, 4])("drops rather what was not seen for long, of %d events", (events) => {
    const { older, newer } = crowd(keyed(false, events), 500, 900);
    expect([older > 0, newer]).toEqual([true, 0]);
  });
});

test("fractions of a microsecond add up to whole ones", () => {
  const rate = { allow: 3, perMicros: 1_000, burst: 3 };
  for (const [now, expected] of [
    [333, 1],
    [334, 0],
  ] as const) {
    const table = tableOf(false, rate);
    for (const time of [0, 0, 0, now]) table.record(2, 1, time);
    expect(table.read(2, 1, now)).toBe(expected);
  }
});

test("tells of every word before it changes", () => {
  for (const hasValues of [false, true]) {
    const arena = new Arena(40);
    const table = inArena(20 * 16_384, (each, head) => new OverflowTable(RATE, hasValues, D, each, head), arena);
    const recorder = new Recorder(arena);
    for (const [value, now] of [0, 1, 2, 3, 4, 4].entries()) {
      recorder.begin();
      if (hasValues) table.recordValue(2, 1, value, 1, now);
      else table.record(2, 1, now);
      expect(recorder.lost()).toEqual([]);
    }
  }
});

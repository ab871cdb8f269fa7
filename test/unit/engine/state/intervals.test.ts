import fc from "fast-check";
import { expect, test } from "vitest";
import { intervalBytes, IntervalTable } from "../../../../engine/state/intervals.ts";
import { check } from "../../../helpers/property.ts";
import { crowd, inArena, type KeyedTable } from "../../../helpers/tables.ts";

const D = 10_000;

function tableOf(times: readonly number[], events = 33): IntervalTable {
  const table = inArena(1 << 20, (arena, head) => new IntervalTable(events, D, arena, head));
  for (const time of times) table.record(1, 1, time);
  return table;
}

test("no gap is the window's length", () => {
  expect(tableOf([]).read(1, 1, 0)).toBe(D);
  expect(tableOf([5]).read(1, 1, 5)).toBe(D);
});

test("the median of an odd number of gaps, and the mean of the middle two, rounded down", () => {
  expect(tableOf([0, 10, 11, 100]).read(1, 1, 100)).toBe(10);
  expect(tableOf([0, 10, 25]).read(1, 1, 25)).toBe(12);
});

test("an event lives for exactly the window's length", () => {
  const table = tableOf([0, 10, 30]);
  expect([9_999, 10_000, 10_009, 10_010, 50_000].map((now) => table.read(1, 1, now))).toEqual([15, 20, 20, D, D]);
});

const GAPS = fc.array(fc.oneof(fc.nat(50), fc.nat(4_000)), { maxLength: 90 });

test("the latest events count, as a log says", () => {
  check(
    fc.property(GAPS, fc.nat(12_000), fc.constantFrom(2, 3, 4, 33), (gaps, wait, events) => {
      const times: number[] = [];
      for (const gap of gaps) times.push((times.at(-1) ?? 0) + gap);
      const now = (times.at(-1) ?? 0) + wait;
      const latest = times.filter((time) => now - time < D).slice(-events);
      const sorted = latest
        .slice(1)
        .map((time, index) => time - (latest[index] ?? 0))
        .sort((a, b) => a - b);
      const middle = sorted.length / 2;
      const expected =
        sorted.length === 0
          ? D
          : Math.floor(((sorted[Math.ceil(middle) - 1] as number) + (sorted[Math.floor(middle)] as number)) / 2);
      expect(tableOf(times, events).read(1, 1, now)).toBe(expected);
    }),
  );
});

test("gaps that are equal, and events of one time", () => {
  expect(tableOf([5, 5, 5, 5, 9]).read(1, 1, 9)).toBe(0);
  expect(tableOf([0, 4, 8, 12, 13]).read(1, 1, 13)).toBe(4);
});

test("keys are apart", () => {
  const table = tableOf([0, 10]);
  table.record(2, 1, 10);
  table.record(2, 1, 13);
  expect([table.read(1, 1, 13), table.read(2, 1, 13), table.read(3, 1, 13)]).toEqual([10, 3, D]);
});

test("room is made of every key that reads as new, and else of those seen longest ago", () => {
  expect([2, 4, 33].map(intervalBytes)).toEqual([32, 48, 280]);
  const kind: KeyedTable<IntervalTable> = {
    make: (arena, head) => new IntervalTable(33, D, arena, head),
    bytes: intervalBytes(33),
    record: (table, lo, hi, now) => {
      table.record(lo, hi, now);
      table.record(lo, hi, now);
    },
    isKnown: (table, lo, hi, now) => table.read(lo, hi, now) < D,
  };
  expect(crowd(kind, D - 1, D - 1)).toEqual({ gone: 8, dropped: 8, older: 8, newer: 0 });
  const half = 25;
  expect(crowd(kind, D - 1, D)).toEqual({ gone: half, dropped: 0, older: half, newer: 0 });
});

import { PAGE_BYTES } from "../../../../engine/state/arena.ts";
import { expect, test } from "vitest";
import { MaxTable, SUM_BYTES, SumTable } from "../../../../engine/state/sums.ts";
import { crowd, inArena, type KeyedTable } from "../../../helpers/tables.ts";

const D = 16_000;

test("a sum forgets each sub-window 16 after it, and not before", () => {
  const table = inArena(1 << 20, (arena, head) => new SumTable(D, arena, head));
  table.record(1, 1, 5, 500);
  table.record(1, 1, -2.5, 1_500);
  table.record(2, 1, 100, 1_500);
  expect([1_500, 16_999, 17_000, 17_999, 18_000].map((now) => table.read(1, 1, now))).toEqual([
    2.5, 2.5, -2.5, -2.5, 0,
  ]);
});

test("a sum saturates, at every step from the oldest on", () => {
  const largest = 2 ** 53;
  const table = inArena(1 << 20, (arena, head) => new SumTable(D, arena, head));
  table.record(1, 1, largest, 0);
  table.record(1, 1, largest, 0);
  table.record(1, 1, -7, 1_000);
  expect(table.read(1, 1, 1_000)).toBe(largest - 7);
  expect(table.read(1, 1, 17_000)).toBe(-7);
});

test("a sum takes up again where the ring came round", () => {
  const table = inArena(1 << 20, (arena, head) => new SumTable(D, arena, head));
  table.record(1, 1, 1, 0);
  table.record(1, 1, 2, 17_000);
  table.record(1, 1, 4, 17_000 + 40_000);
  expect(table.read(1, 1, 57_000)).toBe(4);
});

test("a maximum is that of what lives, below zero too, and zero of nothing", () => {
  const table = inArena(1 << 20, (arena, head) => new MaxTable(D, arena, head));
  expect(table.read(1, 1, 0)).toBe(0);
  table.record(1, 1, 9, 0);
  table.record(1, 1, -4, 1_000);
  table.record(1, 1, -6, 1_000);
  expect([1_000, 16_999, 17_000, 18_000].map((now) => table.read(1, 1, now))).toEqual([9, 9, -4, 0]);
});

test("reading changes nothing", () => {
  const table = inArena(1 << 20, (arena, head) => new MaxTable(D, arena, head));
  table.record(1, 1, 3, 5_000);
  expect(table.read(1, 1, 90_000)).toBe(0);
  expect(table.read(1, 1, 5_000)).toBe(3);
});

test("a full table drops what is over first", () => {
  const table = inArena(PAGE_BYTES, (arena, head) => new SumTable(D, arena, head));
  for (let key = 1; key <= 1_000; key++) table.record(Math.imul(key, 0x9e3779b1), 1, key, key * 10_000);
  expect(table.bytes).toBe(PAGE_BYTES);
  expect(table.dropped).toBe(0);
  expect(table.read(Math.imul(1_000, 0x9e3779b1), 1, 10_000_000)).toBe(1_000);
});

test.each([
  [
    "sums",
    SumTable,
    [5, -2.5, 7, 40, 1, 0.5],
    (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0),
  ],
  ["maxima", MaxTable, [5, -2.5, 7, 40, 1, 0.5], (values: readonly number[]) => Math.max(...values)],
] as const)(
  "%s are those of the events that live, wherever the ring stands, and of their key alone",
  (_, Table, values, fold) => {
    for (let start = 0; start < 40_000; start += 900) {
      const table = inArena(1 << 20, (arena, head) => new Table(D, arena, head));
      const events = values.map((value, index) => ({ value, time: start + index * 2_300 }));
      for (const { value, time } of events) {
        table.record(1, 1, value, time);
        table.record(2, 1, -value, time + 1);
      }
      for (let now = start + 5 * 2_300; now < start + 3 * D; now += 700) {
        const isLive = (time: number): boolean => Math.floor(now / 1_000) - Math.floor(time / 1_000) <= 16;
        const live = events.filter(({ time }) => isLive(time)).map(({ value }) => value);
        expect(table.read(1, 1, now)).toBe(live.length === 0 ? 0 : fold(live));
        // Those of the other key are below zero, and a microsecond later.
        const liveOther = events.filter(({ time }) => isLive(time + 1)).map(({ value }) => -value);
        expect(table.read(2, 1, now)).toBe(liveOther.length === 0 ? 0 : fold(liveOther));
        expect(table.read(3, 1, now)).toBe(0);
      }
    }
  },
);

test("room is made of every key that reads as new, and else of those seen longest ago", () => {
  expect(SUM_BYTES).toBe(152);
  const kind: KeyedTable<SumTable> = {
    make: (arena, head) => new SumTable(D, arena, head),
    bytes: SUM_BYTES,
    record: (table, lo, hi, now) => table.record(lo, hi, 3, now),
    isKnown: (table, lo, hi, now) => table.read(lo, hi, now) !== 0,
  };
  expect(crowd(kind, 16_999, 16_999)).toEqual({ gone: 8, dropped: 8, older: 8, newer: 0 });
  const half = 46;
  expect(crowd(kind, 16_999, 17_000)).toEqual({ gone: half, dropped: 0, older: half, newer: 0 });
});

test("a maximum of one event below zero is that, at once", () => {
  const table = inArena(1 << 20, (arena, head) => new MaxTable(D, arena, head));
  table.record(1, 1, -6, 5_500);
  expect([5_500, 21_999, 22_000].map((now) => table.read(1, 1, now))).toEqual([-6, -6, 0]);
  table.record(1, 1, -8, 90_000);
  expect(table.read(1, 1, 90_000)).toBe(-8);
});

test("a sum saturates below zero too", () => {
  const table = inArena(1 << 20, (arena, head) => new SumTable(D, arena, head));
  for (let event = 0; event < 3; event++) table.record(1, 1, -Number.MAX_SAFE_INTEGER, 0);
  table.record(1, 1, 7, 0);
  expect(table.read(1, 1, 0)).toBe(7 - 2 ** 53);
});

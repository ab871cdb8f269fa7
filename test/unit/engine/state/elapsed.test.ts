import { expect, test } from "vitest";
import { ELAPSED_BYTES, ElapsedTable } from "../../../../engine/state/elapsed.ts";
import { crowd, inArena, type KeyedTable } from "../../../helpers/tables.ts";

const D = 10_000;

test("the time since the latest event, at most the window's length", () => {
  const table = inArena(1 << 20, (arena, head) => new ElapsedTable(D, arena, head));
  expect(table.read(1, 1, 7)).toBe(D);
  table.record(1, 1, 0);
  table.record(1, 1, 5);
  table.record(2, 1, 9);
  expect([5, 6, 10_004, 10_005, 90_000].map((now) => table.read(1, 1, now))).toEqual([0, 1, 9_999, D, D]);
});

test("a full table drops keys that read as new", () => {
  const table = inArena(64 * ELAPSED_BYTES, (arena, head) => new ElapsedTable(D, arena, head));
  for (let key = 1; key <= 500; key++) table.record(Math.imul(key, 0x9e3779b1), 1, key * 1_000);
  expect(table.dropped).toBe(0);
  expect(table.read(Math.imul(495, 0x9e3779b1), 1, 500_000)).toBe(5_000);
});

test("room is made of every key that reads as new, and else of those seen longest ago", () => {
  expect(ELAPSED_BYTES).toBe(16);
  const kind: KeyedTable<ElapsedTable> = {
    make: (arena, head) => new ElapsedTable(D, arena, head),
    bytes: ELAPSED_BYTES,
    record: (table, lo, hi, now) => table.record(lo, hi, now),
    isKnown: (table, lo, hi, now) => table.read(lo, hi, now) < D,
  };
  expect(crowd(kind, D - 1, D - 1)).toEqual({ gone: 8, dropped: 8, older: 8, newer: 0 });
  const half = 447;
  expect(crowd(kind, D - 1, D)).toEqual({ gone: half, dropped: 0, older: half, newer: 0 });
});

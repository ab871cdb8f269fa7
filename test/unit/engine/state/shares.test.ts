import { expect, test } from "vitest";
import { ShareTable, StepsTable } from "../../../../engine/state/shares.ts";
import { inArena } from "../../../helpers/tables.ts";

const D = 16_000;

test("a share says nothing of fewer than eight events", () => {
  const table = inArena(1 << 20, (arena, head) => new ShareTable(D, arena, head));
  const shares = Array.from({ length: 9 }, (_, index) => {
    table.record(1, 1, index % 3 === 0, index);
    return table.read(1, 1, index);
  });
  expect(shares).toEqual([0, 0, 0, 0, 0, 0, 0, 37.5, 300 / 9]);
});

test("a share is of the events that live", () => {
  const table = inArena(1 << 20, (arena, head) => new ShareTable(D, arena, head));
  for (let index = 0; index < 8; index++) table.record(1, 1, true, 0);
  for (let index = 0; index < 8; index++) table.record(1, 1, false, 1_000);
  table.record(2, 1, true, 1_000);
  expect([1_000, 16_999, 17_000, 18_000].map((now) => table.read(1, 1, now))).toEqual([50, 50, 0, 0]);
});

test("a step is at most one from the event before, either way, and none is the first", () => {
  const table = inArena(1 << 20, (arena, head) => new StepsTable(D, arena, head));
  for (const value of [10, 11, 10, 10, 12, 13, -1, 0]) table.record(1, 1, value, 0);
  expect(table.read(1, 1, 0)).toBe(62.5);
});

test("a step is not counted from an event that no longer lives", () => {
  const table = inArena(1 << 20, (arena, head) => new StepsTable(D, arena, head));
  table.record(1, 1, 1, 0);
  for (let value = 2; value <= 9; value++) table.record(1, 1, value, 17_000);
  expect(table.read(1, 1, 17_000)).toBe(87.5);
  const near = inArena(1 << 20, (arena, head) => new StepsTable(D, arena, head));
  near.record(1, 1, 1, 999);
  for (let value = 2; value <= 9; value++) near.record(1, 1, value, 16_999);
  expect(near.read(1, 1, 16_999)).toBeCloseTo(800 / 9);
});

test("the largest integers are told apart", () => {
  const table = inArena(1 << 20, (arena, head) => new StepsTable(D, arena, head));
  const largest = Number.MAX_SAFE_INTEGER;
  for (let index = 0; index < 8; index++) table.record(1, 1, index % 2 === 0 ? largest : largest - 2, 0);
  expect(table.read(1, 1, 0)).toBe(0);
});

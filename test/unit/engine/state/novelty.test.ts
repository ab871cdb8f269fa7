import { expect, test } from "vitest";
import { Arena } from "../../../../engine/state/arena.ts";
import { NOVEL_BYTES, NovelTable } from "../../../../engine/state/novelty.ts";
import { Recorder } from "../../../helpers/recorder.ts";
import { crowd, inArena, type KeyedTable } from "../../../helpers/tables.ts";

const D = 8_000;

function tableOf(): NovelTable {
  return inArena(1 << 20, (arena, head) => new NovelTable(D, arena, head));
}

test("nothing is new to a key that is unknown, or younger than an eighth of the window", () => {
  const table = tableOf();
  expect(table.isNew(1, 1, 7, 7, 0)).toBe(false);
  table.teach(1, 1, 7, 7, 0);
  expect([999, 1_000].map((now) => table.isNew(1, 1, 8, 8, now))).toEqual([false, true]);
  expect(table.isNew(1, 1, 7, 7, 1_000)).toBe(false);
  expect(table.isNew(2, 1, 8, 8, 1_000)).toBe(false);
});

test("a value is known for exactly the window's length after it was last taught", () => {
  const table = tableOf();
  table.teach(1, 1, 7, 7, 0);
  table.teach(1, 1, 8, 8, 100);
  table.teach(1, 1, 7, 7, 200);
  expect([8_199, 8_200].map((now) => table.isNew(1, 1, 8, 8, now))).toEqual([true, false]);
  expect([8_099, 8_100].map((now) => table.isNew(1, 1, 8, 8, now))).toEqual([false, true]);
  expect([200, 8_099, 8_100, 8_199, 8_200].map((now) => table.read(1, 1, now))).toEqual([2, 2, 1, 1, 0]);
});

test("a key whose values have all expired is young again", () => {
  const table = tableOf();
  table.teach(1, 1, 7, 7, 0);
  table.teach(1, 1, 8, 8, 8_000);
  expect([8_999, 9_000].map((now) => table.isNew(1, 1, 7, 7, now))).toEqual([false, true]);
  expect(table.read(1, 1, 8_000)).toBe(1);
});

test("of 33 values the one taught least recently is forgotten", () => {
  const table = tableOf();
  for (let value = 1; value <= 32; value++) table.teach(1, 1, value, value, value);
  table.teach(1, 1, 1, 1, 40);
  table.teach(1, 1, 33, 33, 41);
  const known = (value: number): boolean => !table.isNew(1, 1, value, value, 1_500);
  expect([1, 2, 3, 32, 33].map(known)).toEqual([true, false, true, true, true]);
  expect(table.read(1, 1, 1_500)).toBe(32);
});

test("among values taught at one time the first place is given up", () => {
  const table = tableOf();
  for (let value = 1; value <= 32; value++) table.teach(1, 1, value, value, 0);
  table.teach(1, 1, 33, 33, 0);
  table.teach(1, 1, 34, 34, 0);
  const known = (value: number): boolean => !table.isNew(1, 1, value, value, 1_500);
  expect([1, 2, 33, 34].map(known)).toEqual([false, true, false, true]);
});

test("values are told apart by both halves of their hash", () => {
  const table = tableOf();
  table.teach(2, 1, 7, 8, 0);
  const others = [
    [7, 8],
    [7, 7],
    [8, 8],
    [8, 7],
    [0, 0],
  ] as const;
  expect(others.map(([lo, hi]) => table.isNew(2, 1, lo, hi, 1_500))).toEqual([false, true, true, true, true]);
});

test("a full table drops keys whose values are all over, and else those that were taught longest ago", () => {
  const keyed: KeyedTable<NovelTable> = {
    make: (arena, head) => new NovelTable(D, arena, head),
    bytes: NOVEL_BYTES,
    record: (table, lo, hi, now) => {
      table.teach(lo, hi, 1, 1, now);
      table.teach(lo, hi, 2, 1, now);
    },
    isKnown: (table, lo, hi, now) => table.read(lo, hi, now) > 0,
  };
  expect(NOVEL_BYTES).toBe(536);
  expect(crowd(keyed, 7_000, 8_000)).toMatchObject({ dropped: 0, newer: 0 });
  const { gone, dropped, older, newer } = crowd(keyed, 7_000, 7_999);
  expect([gone > 0, dropped, older > 0, newer]).toEqual([true, gone, true, 0]);
});

test("tells of every word before it changes", () => {
  const arena = new Arena(40);
  const table = inArena(20 * 16_384, (each, head) => new NovelTable(D, each, head), arena);
  const recorder = new Recorder(arena);
  for (const [value, now] of [0, 1, 1, 900, 9_500, 9_501].entries()) {
    recorder.begin();
    table.teach(2, 1, value % 3, 1, now);
    expect(recorder.lost()).toEqual([]);
  }
});

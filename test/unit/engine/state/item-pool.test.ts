/** Items of one size on pages: none given twice, pages given back, and a hand that comes round to every item. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Arena, HEADS, NONE, PAGE_WORDS, pageOf } from "../../../../engine/state/arena.ts";
import { discardPool, ItemPool, itemsPerPage, POOL_HEAD } from "../../../../engine/state/item-pool.ts";
import { check } from "../../../helpers/property.ts";
import { Recorder } from "../../../helpers/recorder.ts";

/** Two to a page, and one. */
const HALF = 2_044;
const WHOLE = 4_088;

function poolOf(itemWords: number, budget: number, pages = 20): { readonly arena: Arena; readonly pool: ItemPool } {
  const arena = new Arena(pages);
  const pool = new ItemPool(arena, HEADS, itemWords);
  pool.budget = budget;
  return { arena, pool };
}

function takeMany(pool: ItemPool, count: number): number[] {
  return Array.from({ length: count }, () => pool.take());
}

test("a page has a head of eight words, and as many whole items as fit behind it", () => {
  expect([8, 64, HALF, HALF + 2, WHOLE, WHOLE + 2].map(itemsPerPage)).toEqual([511, 63, 2, 1, 1, 0]);
});

test("gives items within its budget, each a place of its own in one page, and then none", () => {
  const { pool } = poolOf(HALF, 3);
  const items = takeMany(pool, 6);
  expect(items).toEqual([1, 2, 3].flatMap((page) => [page * PAGE_WORDS + 8, page * PAGE_WORDS + 8 + HALF]));
  expect([pool.take(), pool.pages]).toEqual([NONE, 3]);
  pool.budget = 4;
  expect(pool.take()).toBe(4 * PAGE_WORDS + 8);
  expect(pool.budget).toBe(4);
});

test("has a page from the beginning, which is enough for a budget of one, and no more than the arena", () => {
  const { arena, pool } = poolOf(WHOLE, 5, 3);
  expect([pool.pages, arena.used]).toEqual([1, 2]);
  expect(takeMany(pool, 3).map((item) => item === NONE)).toEqual([false, false, true]);
  expect(new ItemPool(arena, HEADS, WHOLE).pages).toBe(2);
  expect(() => new ItemPool(arena, HEADS + POOL_HEAD, 8)).toThrow(
    new RangeError("the state's memory is used up: there is no page left for another pool"),
  );
});

test("the budget of a new pool is the one page that it has", () => {
  const arena = new Arena(9);
  const pool = new ItemPool(arena, HEADS, WHOLE);
  expect([pool.budget, pool.take(), pool.take()]).toEqual([1, PAGE_WORDS + 8, NONE]);
});

test("an item given back is the next to be taken, also of a page that was full", () => {
  const { pool } = poolOf(HALF, 3);
  const items = takeMany(pool, 6);
  const [, second, third] = items as [number, number, number];
  pool.give(third);
  pool.give(second);
  expect(takeMany(pool, 3)).toEqual([second, third, NONE]);
});

test("a page whose last item is given back goes to the arena, but for the last page", () => {
  const { arena, pool } = poolOf(HALF, 9);
  const items = takeMany(pool, 6);
  for (const item of items.slice(2, 4)) pool.give(item);
  expect([pool.pages, arena.inUse, arena.room]).toEqual([2, 3 * 4 * PAGE_WORDS, 17]);
  for (const item of items.slice(4)) pool.give(item);
  for (const item of items.slice(0, 2)) pool.give(item);
  expect([pool.pages, arena.room]).toEqual([1, 18]);
  expect(pool.take()).toBe(items[1]);
});

test("the hand comes to every item that was ever taken, round and round", () => {
  const { pool } = poolOf(HALF, 9);
  expect(pool.next()).toBe(NONE);
  const items = takeMany(pool, 5);
  const round = takeMany({ take: () => pool.next() } as ItemPool, 5);
  expect(new Set(round)).toEqual(new Set(items));
  expect(takeMany({ take: () => pool.next() } as ItemPool, 5)).toEqual(round);
});

test("the hand stays on pages that are there", () => {
  const { pool } = poolOf(HALF, 9);
  const items = takeMany(pool, 4);
  const last = pool.next();
  for (const item of items.filter((each) => pageOf(each) === pageOf(last))) pool.give(item);
  const left = items.filter((each) => pageOf(each) !== pageOf(last));
  expect(new Set([pool.next(), pool.next()])).toEqual(new Set(left));
});

test("names all items that were ever taken, those given back too", () => {
  const { pool } = poolOf(HALF, 9);
  expect([...pool.items()]).toEqual([]);
  const items = takeMany(pool, 3);
  pool.give(items[0] as number);
  expect(new Set(pool.items())).toEqual(new Set(items));
});

test("gives all pages back", () => {
  const { arena, pool } = poolOf(HALF, 9);
  takeMany(pool, 7);
  expect(arena.room).toBe(15);
  discardPool(arena, HEADS);
  expect(arena.room).toBe(19);
});

test("is a set of items whatever is taken and given, and tells of every word it changes", () => {
  const step = fc.tuple(fc.constantFrom("take", "take", "give", "next"), fc.nat(100));
  check(
    fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(HALF, 1_362, WHOLE), (steps, words) => {
      const { arena, pool } = poolOf(words, 4);
      const recorder = new Recorder(arena);
      const taken: number[] = [];
      for (const [what, at] of steps) {
        recorder.begin();
        if (what === "take") {
          const item = pool.take();
          expect(item === NONE).toBe(taken.length === 4 * itemsPerPage(words));
          if (item !== NONE) {
            for (const other of taken) expect(Math.abs(other - item)).toBeGreaterThanOrEqual(words);
            expect(pageOf(item + words - 1)).toBe(pageOf(item));
            taken.push(item);
          }
        } else if (what === "give" && taken.length > 0) pool.give(taken.splice(at % taken.length, 1)[0] as number);
        else if (what === "next") {
          const item = pool.next();
          const known = [...pool.items()];
          expect(item === NONE ? known.length === 0 : known.includes(item)).toBe(true);
        }
        expect(recorder.lost()).toEqual([]);
      }
      const known = new Set(pool.items());
      expect(taken.every((item) => known.has(item))).toBe(true);
      expect(pool.pages).toBe(Math.max(1, new Set(taken.map(pageOf)).size));
    }),
    { runs: 60 },
  );
});

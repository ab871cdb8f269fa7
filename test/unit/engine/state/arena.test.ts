/** Pages of an arena: every one of zeros, none twice, no more than its limit, and nothing lost when it grows. */
import { describe, expect, test } from "vitest";
import { Arena, type Guard, NONE, PAGE_BYTES, PAGE_WORDS, pageOf } from "../../../../engine/state/arena.ts";
import { Recorder } from "../../../helpers/recorder.ts";

function pagesOf(arena: Arena): number {
  return arena.bytes.length / PAGE_BYTES;
}

function takeAll(arena: Arena): readonly number[] {
  const pages: number[] = [];
  for (let page = arena.takePage(); page !== NONE; page = arena.takePage()) pages.push(page);
  return pages;
}

test("hands out every page up to its limit once, and counts those in use; the first is its own", () => {
  const arena = new Arena(7);
  expect([arena.used, arena.room, arena.inUse, arena.shared]).toEqual([1, 6, PAGE_BYTES, false]);
  expect(takeAll(arena)).toEqual([1, 2, 3, 4, 5, 6].map((number) => number * PAGE_WORDS));
  expect([arena.used, arena.room, arena.inUse]).toEqual([7, 0, 7 * PAGE_BYTES]);
  expect(arena.takePage()).toBe(NONE);
});

test("hands out pages given back before new ones, the latest first, and of zeros", () => {
  const arena = new Arena(10);
  const [first, second, third] = [arena.takePage(), arena.takePage(), arena.takePage()];
  arena.words.fill(9, first, third + PAGE_WORDS);
  arena.givePage(second);
  arena.givePage(first);
  expect([arena.used, arena.room, arena.inUse]).toEqual([4, 8, 2 * PAGE_BYTES]);
  expect([arena.takePage(), arena.takePage(), arena.takePage()]).toEqual([first, second, 4 * PAGE_WORDS]);
  expect(arena.words.subarray(first, third).every((word) => word === 0)).toBe(true);
  expect(arena.words.subarray(third, third + PAGE_WORDS).every((word) => word === 9)).toBe(true);
  expect([arena.used, arena.room]).toEqual([5, 5]);
});

test("grows fourfold while that is quick, then takes all at once; what was in it stays", () => {
  const arena = new Arena(300);
  arena.clock = 5;
  const sizes: number[] = [pagesOf(arena)];
  for (let number = 1; number < 300; number++) {
    const page = arena.takePage();
    arena.words[page] = number;
    if (sizes.at(-1) !== pagesOf(arena)) sizes.push(pagesOf(arena));
  }
  expect(sizes).toEqual([4, 16, 64, 256, 300]);
  for (let number = 1; number < 300; number++) expect(arena.words[number * PAGE_WORDS]).toBe(number);
  expect([arena.clock, arena.doubles.length, arena.words.length]).toEqual([5, 150 * PAGE_WORDS, 300 * PAGE_WORDS]);
});

test.each([
  [1, [1]],
  [3, [3]],
  [4, [4]],
  [5, [4, 5]],
  [16, [4, 16]],
  [255, [4, 16, 64, 255]],
  [256, [4, 16, 64, 256]],
])("a limit of %d pages is never passed by what it takes", (limit, expected) => {
  const arena = new Arena(limit);
  const sizes = new Set([pagesOf(arena)]);
  for (; arena.takePage() !== NONE; sizes.add(pagesOf(arena)));
  expect([...sizes]).toEqual(expected);
});

test("takes all of its memory when it is reserved, and only then", () => {
  const arena = new Arena(20);
  arena.words[arena.takePage()] = 3;
  arena.reserve();
  expect([pagesOf(arena), arena.words[PAGE_WORDS], arena.used]).toEqual([20, 3, 2]);
  const { words } = arena;
  arena.reserve();
  expect(arena.words).toBe(words);
});

describe("another limit", () => {
  test("holds from then on, and costs nothing while the arena is small", () => {
    const arena = new Arena(4);
    takeAll(arena);
    arena.setLimit(6);
    expect([pagesOf(arena), arena.room]).toEqual([4, 2]);
    expect(takeAll(arena)).toEqual([4 * PAGE_WORDS, 5 * PAGE_WORDS]);
    const { words } = arena;
    arena.setLimit(6);
    expect([arena.words, arena.room]).toEqual([words, 0]);
  });

  test("is taken at once by an arena that is large already", () => {
    const arena = new Arena(257);
    takeAll(arena);
    arena.words[256 * PAGE_WORDS] = 8;
    arena.setLimit(400);
    expect([pagesOf(arena), arena.words[256 * PAGE_WORDS]]).toEqual([400, 8]);
    arena.setLimit(300);
    expect([pagesOf(arena), arena.room]).toEqual([400, 43]);
  });

  test("is not taken at once by one of just the size that is still copied", () => {
    const arena = new Arena(256);
    takeAll(arena);
    arena.setLimit(300);
    expect(pagesOf(arena)).toBe(256);
  });

  test("is not heard of by a shared arena, which has all of its memory", () => {
    const arena = new Arena(3, new SharedArrayBuffer(3 * PAGE_BYTES));
    arena.setLimit(9);
    expect([arena.shared, arena.room, pagesOf(arena)]).toEqual([true, 2, 3]);
    expect(takeAll(arena)).toHaveLength(2);
  });
});

test("whoever comes second to a shared buffer finds what is in it", () => {
  const buffer = new SharedArrayBuffer(5 * PAGE_BYTES);
  const first = new Arena(5, buffer);
  const page = first.takePage();
  first.words[page] = 4;
  first.clock = 77;
  const second = new Arena(5, buffer);
  expect([second.used, second.words[page], second.clock]).toEqual([2, 4, 77]);
});

test("a shared page that was taken and undone is of zeros when it is taken again", () => {
  const arena = new Arena(3, new SharedArrayBuffer(3 * PAGE_BYTES));
  const recorder = new Recorder(arena);
  const page = arena.takePage();
  arena.words.fill(1, page, page + PAGE_WORDS);
  recorder.undo();
  expect(arena.used).toBe(1);
  expect(arena.takePage()).toBe(page);
  expect(arena.words.subarray(page, page + PAGE_WORDS).every((word) => word === 0)).toBe(true);
});

test("tells its guard of every word before it changes, and of what is whole by itself", () => {
  const arena = new Arena(6);
  const [first, second] = [arena.takePage(), arena.takePage()];
  arena.words.fill(5, first, second + PAGE_WORDS);
  const recorder = new Recorder(arena);
  const steps = [
    () => arena.givePage(first),
    () => arena.givePage(second),
    () => arena.takePage(),
    () => arena.takePage(),
    () => arena.takePage(),
    () => arena.setLimit(8),
    () => {
      arena.clock = 1.5;
    },
  ];
  for (const step of steps) {
    recorder.begin();
    step();
    expect(recorder.lost()).toEqual([]);
  }
  arena.checkpoint();
  let told = 0;
  const guard: Guard = { before: () => undefined, checkpoint: () => told++ };
  arena.guard = guard;
  arena.checkpoint();
  arena.guard = null;
  arena.checkpoint();
  expect(told).toBe(1);
});

test("a word's page begins at the multiple of a page's words below it", () => {
  const words = [0, 1, PAGE_WORDS - 1, PAGE_WORDS, PAGE_WORDS + 1, 9 * PAGE_WORDS + 17];
  expect(words.map(pageOf)).toEqual([0, 0, 0, PAGE_WORDS, PAGE_WORDS, 9 * PAGE_WORDS]);
});

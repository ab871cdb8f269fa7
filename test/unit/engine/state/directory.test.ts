/** The directory of a table: each bit of the hash that it goes by doubles it, and nothing it led to is lost. */
import { describe, expect, test } from "vitest";
import { Arena, PAGE_BYTES, PAGE_WORDS } from "../../../../engine/state/arena.ts";
import { eachPage, growDirectory, pageAt, setPage, shrinkDirectory } from "../../../../engine/state/directory.ts";
import { DIRECTORY, INLINE, MASK, PAGES, TABLE_BUDGET } from "../../../../engine/state/table-head.ts";
import { Recorder } from "../../../helpers/recorder.ts";

interface Made {
  readonly arena: Arena;
  readonly head: number;
}

/** A head of zeros in a page of its own. */
function make(budget: number, pages = 60): Made {
  const arena = new Arena(pages);
  const head = arena.takePage();
  arena.words[head + TABLE_BUDGET] = budget;
  return { arena, head };
}

function lengthOf({ arena, head }: Made): number {
  return (arena.words[head + MASK] as number) + 1;
}

/** What the first so many hashes lead to. */
function pages({ arena, head }: Made, hashes: number): readonly number[] {
  return Array.from({ length: hashes }, (_, hash) => pageAt(arena.words, head, hash));
}

function grow(made: Made, times: number): void {
  for (let time = 0; time < times; time++) expect(growDirectory(made.arena, made.head)).toBe(true);
}

/** Grows to a length and gives each index a number of its own. */
function filled(length: number, budget = 50): Made {
  const made = make(budget);
  grow(made, Math.log2(length));
  expect(lengthOf(made)).toBe(length);
  for (let index = 0; index < length; index++) setPage(made.arena, made.head, index, 1_000 + index);
  return made;
}

test.each([1, 2, 16, 32, 64, 2_048, 4_096, 8_192, 16_384])("of %d indices each leads to its own page", (length) => {
  const made = filled(length);
  expect(pages(made, 2 * length)).toEqual(Array.from({ length: 2 * length }, (_, hash) => 1_000 + (hash % length)));
  // Only the low bits count.
  expect(pageAt(made.arena.words, made.head, -1)).toBe(1_000 + length - 1);
});

test.each([1, 16, 32, 64, 2_048, 4_096, 8_192])("of %d indices, twice as many lead where they did", (length) => {
  const made = filled(length);
  const before = pages(made, 2 * length);
  const recorder = new Recorder(made.arena);
  grow(made, 1);
  expect(recorder.lost()).toEqual([]);
  expect([lengthOf(made), pages(made, 2 * length)]).toEqual([2 * length, before]);
  recorder.begin();
  setPage(made.arena, made.head, 2 * length - 1, 7);
  expect(recorder.lost()).toEqual([]);
  expect([...pages(made, 2 * length)]).toEqual([...before.slice(0, -1), 7]);
});

describe("pages of its own", () => {
  test.each([
    [32, 0],
    [64, 1],
    [4_096, 1],
    [8_192, 3],
    [16_384, 5],
    [32_768, 9],
  ])("of %d indices it takes %d, counted as the table's", (length, own) => {
    const made = filled(length);
    expect(made.arena.words[made.head + PAGES]).toBe(own);
    expect(made.arena.inUse).toBe((2 + own) * PAGE_BYTES);
  });

  test.each([
    [32, 1],
    [4_096, 2],
    [8_192, 2],
    [16_384, 4],
  ])("are taken within the table's budget: %d indices need %d more", (length, needed) => {
    const made = filled(length);
    const held = made.arena.words[made.head + PAGES] as number;
    made.arena.words[made.head + TABLE_BUDGET] = held + needed - 1;
    const before = [lengthOf(made), made.arena.inUse];
    expect(growDirectory(made.arena, made.head)).toBe(false);
    expect([lengthOf(made), made.arena.inUse]).toEqual(before);
    made.arena.words[made.head + TABLE_BUDGET] = held + needed;
    grow(made, 1);
    expect(made.arena.words[made.head + PAGES]).toBe(held + needed);
  });

  test.each([
    [5, 1],
    [12, 2],
    [13, 2],
  ])("are taken while the arena has them: after %d times %d more are needed", (times, needed) => {
    const made = make(50, 40);
    grow(made, times);
    const free: number[] = [];
    while (made.arena.room > needed - 1) free.push(made.arena.takePage());
    expect(growDirectory(made.arena, made.head)).toBe(false);
    made.arena.givePage(free.pop() as number);
    grow(made, 1);
  });

  test("are no more than one page leads to", () => {
    const made = make(9_000, 5_000);
    grow(made, 23);
    expect(lengthOf(made)).toBe(PAGE_WORDS * 2_048);
    made.arena.setLimit(9_500);
    grow(made, 1);
    expect(growDirectory(made.arena, made.head)).toBe(false);
    expect(lengthOf(made)).toBe(PAGE_WORDS * PAGE_WORDS);
  });
});

test.each([2, 32, 64, 128, 4_096, 8_192, 16_384])(
  "halved from %d indices it leads where its first half did",
  (length) => {
    const made = filled(length / 2);
    const before = pages(made, length);
    const held = made.arena.inUse;
    grow(made, 1);
    const recorder = new Recorder(made.arena);
    shrinkDirectory(made.arena, made.head);
    expect(recorder.lost()).toEqual([]);
    expect([lengthOf(made), pages(made, length), made.arena.inUse]).toEqual([length / 2, before, held]);
    expect(made.arena.words[made.head + PAGES]).toBe(held / PAGE_BYTES - 2);
    setPage(made.arena, made.head, length / 2 - 1, 7);
    expect(pages(made, length / 2).at(-1)).toBe(7);
  },
);

test("the words of the head itself are used up to 32 indices, and nothing beside them changes", () => {
  const made = filled(INLINE);
  const { arena, head } = made;
  const outside = [...arena.words.subarray(head + 64, head + 128)];
  expect([arena.words[head + DIRECTORY], outside.every((word) => word === 0)]).toEqual([0, true]);
  expect([...arena.words.subarray(head + 32, head + 64)]).toEqual(
    Array.from({ length: 32 }, (_, index) => 1_000 + index),
  );
});

test("names each page once, by how many bits it is found", () => {
  const { arena, head } = filled(8);
  // Page 10 by no bit but the lowest 0, page 11 by 01 at two bits, page 12 by 011 and 13 by 111.
  for (const [index, page] of [10, 11, 10, 12, 10, 11, 10, 13].entries()) setPage(arena, head, index, page);
  const depths = new Map([
    [10, 1],
    [11, 2],
    [12, 3],
    [13, 3],
  ]);
  expect(eachPage(arena.words, head, (page) => depths.get(page) ?? 0)).toEqual([10, 11, 12, 13]);
  const one = filled(1);
  expect(eachPage(one.arena.words, one.head, () => 0)).toEqual([1_000]);
});

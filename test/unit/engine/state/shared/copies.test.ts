/** Pages that change while a snapshot of shared state is taken are in it as they were when it began. */
import { beforeEach, describe, expect, test } from "vitest";
import { PAGE_WORDS } from "../../../../../engine/state/arena.ts";
import { beginCopies, collectCopies, copyBefore, endCopies } from "../../../../../engine/state/shared/copies.ts";
import {
  copiesStart,
  copiesWords,
  journalStart,
  journalWords,
  LOCK,
  SHARING_END,
  SNAPSHOT_COPIES,
  SNAPSHOT_PAGES,
} from "../../../../../engine/state/shared/layout.ts";

const PAGES = 5;
/** Pages in use: the last is none. */
const USED = 4;
const words = new Int32Array(copiesStart(PAGES) + copiesWords(PAGES));

beforeEach(() => {
  words.fill(0);
  for (let at = SHARING_END; at < PAGES * PAGE_WORDS; at++) words[at] = at;
  words.fill(-1, copiesStart(PAGES));
  beginCopies(words, PAGES, USED);
});

/** Changes words of a page, as whoever is alone does. */
function change(page: number, ...places: readonly number[]): void {
  for (const place of places) {
    copyBefore(words, PAGES, page * PAGE_WORDS + place);
    words[page * PAGE_WORDS + place] = -7;
  }
}

/** Pages of the snapshot. */
function collect(first: number, count: number): Int32Array {
  const into = new Int32Array(count * PAGE_WORDS).fill(-9);
  collectCopies(words, PAGES, first, count, into);
  return into;
}

/** Pages as they were. */
function original(first: number, count: number): Int32Array {
  const from = first * PAGE_WORDS;
  return Int32Array.from({ length: count * PAGE_WORDS }, (_, index) => (from + index < SHARING_END ? 0 : from + index));
}

test("copies lie behind the journal: a word and room for each page, an even number of words", () => {
  expect([1, 4].map(copiesStart)).toEqual([1, 4].map((pages) => journalStart(pages) + journalWords(pages)));
  expect([1, 4, 5].map(copiesWords)).toEqual([2 + PAGE_WORDS, 4 + 4 * PAGE_WORDS, 6 + 5 * PAGE_WORDS]);
});

describe("a snapshot", () => {
  test("has pages that changed, and such that did not, as they were", () => {
    change(2, 0, 9, PAGE_WORDS - 1);
    change(1, 5);
    expect(collect(0, USED)).toEqual(original(0, USED));
  });

  test("in parts has what changed between them as it was", () => {
    expect(collect(0, 2)).toEqual(original(0, 2));
    change(3, 1);
    change(2, 1);
    expect(collect(2, 1)).toEqual(original(2, 1));
    change(3, 2);
    expect(collect(3, 1)).toEqual(original(3, 1));
  });

  test("has nothing of what only sharing needs", () => {
    words.fill(3, LOCK, SHARING_END);
    beginCopies(words, PAGES, USED);
    expect(
      collect(0, 1)
        .subarray(LOCK, SHARING_END)
        .every((word) => word === 0),
    ).toBe(true);
    words.fill(5, PAGE_WORDS + LOCK, PAGE_WORDS + SHARING_END);
    expect(
      collect(1, 1)
        .subarray(LOCK, SHARING_END)
        .every((word) => word === 5),
    ).toBe(true);
  });

  test("that is begun anew knows nothing of the one before", () => {
    change(1, 5);
    collect(0, 2);
    words[PAGE_WORDS + 5] = PAGE_WORDS + 5;
    beginCopies(words, PAGES, USED);
    words[PAGE_WORDS + 6] = 66;
    expect(collect(1, 1)[6]).toBe(66);
    beginCopies(words, PAGES, USED);
    change(1, 5);
    expect(collect(1, 1)[5]).toBe(PAGE_WORDS + 5);
  });
});

describe("a page is copied", () => {
  const copies = (): number => words[SNAPSHOT_COPIES]!;

  test("once, before its first change", () => {
    change(2, 4, 5, 6);
    expect(copies()).toBe(1);
    change(1, 4);
    expect(copies()).toBe(2);
  });

  test("at its first and at its last word, and no other with it", () => {
    change(1, 0);
    change(2, PAGE_WORDS - 1);
    expect(copies()).toBe(2);
    change(1, PAGE_WORDS - 1);
    change(2, 0);
    expect(copies()).toBe(2);
  });

  test("only until it is in the snapshot", () => {
    collect(0, 2);
    change(0, 100);
    change(1, 100);
    expect(copies()).toBe(0);
    change(2, 100);
    expect(copies()).toBe(1);
  });

  test("only if it was in use when the snapshot began, and only until that ends", () => {
    change(USED, 1);
    expect(copies()).toBe(0);
    endCopies(words);
    expect(words[SNAPSHOT_PAGES]).toBe(0);
    change(1, 1);
    expect(copies()).toBe(0);
  });

  test("only where there is room: copies that the dead left take some", () => {
    words[SNAPSHOT_COPIES] = PAGES - 1;
    change(1, 1);
    expect(copies()).toBe(PAGES);
    expect(collect(1, 1)).toEqual(original(1, 1));
    change(2, 1);
    expect([copies(), words.length]).toEqual([PAGES, copiesStart(PAGES) + copiesWords(PAGES)]);
  });
});

/** The undo journal: what a section changed is taken back, the latest change first. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Arena, PAGE_BYTES, PAGE_WORDS } from "../../../../../engine/state/arena.ts";
import { Journal } from "../../../../../engine/state/shared/journal.ts";
import { beginCopies, collectCopies } from "../../../../../engine/state/shared/copies.ts";
import {
  copiesStart,
  copiesWords,
  JOURNAL_LENGTH,
  journalStart,
  journalWords,
  SNAPSHOT_COPIES,
} from "../../../../../engine/state/shared/layout.ts";
import { check } from "../../../../helpers/property.ts";

const PAGES = 3;
const BUFFER = new SharedArrayBuffer(PAGES * PAGE_BYTES + journalWords(PAGES) * 4);

function journalOf(): { readonly arena: Arena; readonly journal: Journal } {
  const arena = new Arena(PAGES, BUFFER);
  arena.words.fill(0, 0, PAGES * PAGE_WORDS + 4_096);
  return { arena, journal: new Journal(arena, PAGES) };
}

test("the journal lies behind the pages, and has a million words and eight for each of them", () => {
  expect([journalStart(1), journalStart(7)]).toEqual([4_096, 7 * 4_096]);
  expect([journalWords(0), journalWords(1), journalWords(10)]).toEqual([1_048_576, 1_048_584, 1_048_656]);
});

test("takes back every change since the last commit, and none before it", () => {
  const change = fc.record({ at: fc.integer({ min: 100, max: 180 }), count: fc.integer({ min: 1, max: 20 }) });
  const changes = fc.array(change, { maxLength: 12 });
  check(
    fc.property(changes, changes, fc.boolean(), (kept, undone, byCheckpoint) => {
      const { arena, journal } = journalOf();
      let value = 1;
      const apply = ({ at, count }: { readonly at: number; readonly count: number }): void => {
        journal.before(at, count);
        for (let word = at; word < at + count; word++) arena.words[word] = value++;
      };
      kept.forEach(apply);
      if (byCheckpoint) journal.checkpoint();
      else journal.commit();
      const before = arena.words.slice(0, PAGE_WORDS);
      undone.forEach(apply);
      journal.undo();
      expect(arena.words.slice(0, PAGE_WORDS)).toEqual(before);
      expect(arena.words[JOURNAL_LENGTH]).toBe(0);
      journal.undo();
      expect(arena.words.slice(0, PAGE_WORDS)).toEqual(before);
    }),
    { runs: 200 },
  );
});

test("another process finishes what one that died had begun to take back", () => {
  const { arena, journal } = journalOf();
  for (const [at, value] of [
    [100, 1],
    [101, 2],
    [100, 3],
  ] as const) {
    journal.before(at, 1);
    arena.words[at] = value;
  }
  // As if the one that died had undone the latest change already.
  arena.words[JOURNAL_LENGTH] = 6;
  arena.words[100] = 1;
  new Journal(new Arena(PAGES, BUFFER), PAGES).undo();
  expect([arena.words[100], arena.words[101]]).toEqual([0, 0]);
});

test("holds so many words and not one more, and says so before anything changes", () => {
  const { arena, journal } = journalOf();
  const count = PAGE_WORDS - 2;
  for (let written = 0; written + PAGE_WORDS <= journalWords(PAGES); written += PAGE_WORDS)
    journal.before(PAGE_WORDS, count);
  const left = journalWords(PAGES) - (arena.words[JOURNAL_LENGTH] as number);
  expect(left).toBe(24);
  expect(() => journal.before(PAGE_WORDS, left - 1)).toThrow(
    new RangeError("a section changes more of the shared state than its journal holds"),
  );
  expect(journalWords(PAGES) - (arena.words[JOURNAL_LENGTH] as number)).toBe(left);
  journal.before(PAGE_WORDS, left - 2);
  expect(arena.words[JOURNAL_LENGTH]).toBe(journalWords(PAGES));
  journal.commit();
});

test("while a snapshot is taken, a page that is about to change is kept for it, and at other times none is", () => {
  const size = copiesStart(PAGES) + copiesWords(PAGES);
  const arena = new Arena(PAGES, new SharedArrayBuffer(size * 4));
  const journal = new Journal(arena, PAGES);
  const { words } = arena;
  const change = (page: number): void => {
    journal.before(page * PAGE_WORDS + 5, 1);
    words[page * PAGE_WORDS + 5] = 7;
  };
  change(1);
  expect(words[SNAPSHOT_COPIES]).toBe(0);
  beginCopies(words, PAGES, PAGES);
  change(2);
  const taken = new Int32Array(2 * PAGE_WORDS);
  collectCopies(words, PAGES, 1, 2, taken);
  expect([words[SNAPSHOT_COPIES], taken[5], taken[PAGE_WORDS + 5]]).toEqual([1, 7, 0]);
});

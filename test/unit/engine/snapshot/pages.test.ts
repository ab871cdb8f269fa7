/** Pages for a snapshot, of a plain arena and of shared state: what is collected is what was there when it began. */
import { describe, expect, test } from "vitest";
import { ArenaPages, SharedPages } from "../../../../engine/snapshot/pages.ts";
import type { SnapshotPages } from "../../../../engine/snapshot/snapshot.ts";
import { Arena, PAGE_BYTES, PAGE_WORDS } from "../../../../engine/state/arena.ts";
import { LOCK, SNAPSHOT_PAGES } from "../../../../engine/state/shared/layout.ts";
import { createSharedState, Sharing, StateHeldError } from "../../../../engine/state/shared/shared-state.ts";

/** Pages in use; the first of them are the arena's own, and of its tables. */
const PAGES = 10;
const OWN = 4;

function write(arena: Arena, at: number, value: number): void {
  arena.touch(at, 1);
  arena.words[at] = value;
}

/** Takes pages until `PAGES` are in use; all but the first are full of their number. */
function fill(arena: Arena): void {
  expect(arena.used).toBeLessThanOrEqual(OWN);
  while (arena.used < PAGES) arena.takePage();
  for (let page = OWN; page < PAGES; page++) arena.words.fill(page, page * PAGE_WORDS, (page + 1) * PAGE_WORDS);
}

/** State of which snapshots are taken while it changes. */
interface State {
  readonly begin: () => SnapshotPages;
  readonly change: (run: (arena: Arena) => void) => void;
}

function ofArena(): State {
  const arena = new Arena(20);
  fill(arena);
  return { begin: () => new ArenaPages(arena), change: (run) => run(arena) };
}

function ofWorkers(): State {
  const state = createSharedState({ memoryBytes: 20 * PAGE_BYTES, snapshots: true });
  const [taker, worker] = [new Sharing(state, 0), new Sharing(state, 1)];
  const change = (run: (arena: Arena) => void): void => {
    worker.enter(0);
    run(worker.arena);
    worker.leave();
  };
  change(fill);
  return { begin: () => new SharedPages(taker), change };
}

/** What each of some pages is full of; null where it is not of one number. */
function collected(pages: SnapshotPages, first: number, count: number): (number | null)[] {
  const into = new Int32Array((count + 1) * PAGE_WORDS).fill(-7);
  pages.collect(first, count, into);
  expect(into.subarray(count * PAGE_WORDS).every((word) => word === -7)).toBe(true);
  return Array.from({ length: count }, (_, index) => {
    const [word, ...others] = into.subarray(index * PAGE_WORDS, (index + 1) * PAGE_WORDS);
    return others.every((other) => other === word) ? word! : null;
  });
}

describe.each([
  ["a plain arena", ofArena],
  ["shared state", ofWorkers],
])("%s", (_, make) => {
  test("has the pages in use when the snapshot began, however many are taken meanwhile", () => {
    const { begin, change } = make();
    const pages = begin();
    change((arena) => void arena.takePage());
    expect(pages.count).toBe(PAGES);
  });

  test("a page is collected as it was, whichever of its words changed, and those beside it as they are", () => {
    const { begin, change } = make();
    const pages = begin();
    change((arena) => {
      write(arena, 5 * PAGE_WORDS, 50);
      write(arena, 7 * PAGE_WORDS - 1, 60);
      write(arena, 6 * PAGE_WORDS, 61);
      write(arena, 9 * PAGE_WORDS, 90);
    });
    collected(pages, 0, 4);
    expect(collected(pages, 4, 2)).toEqual([4, 5]);
    expect(collected(pages, 6, 4)).toEqual([6, 7, 8, 9]);
  });

  test("a page that changes after some were collected is still collected as it was", () => {
    const { begin, change } = make();
    const pages = begin();
    collected(pages, 0, 5);
    change((arena) => {
      write(arena, 4 * PAGE_WORDS, 40);
      write(arena, 5 * PAGE_WORDS, 50);
      write(arena, 9 * PAGE_WORDS, 90);
    });
    expect(collected(pages, 5, 2)).toEqual([5, 6]);
    expect(collected(pages, 7, 3)).toEqual([7, 8, 9]);
  });

  test("the next snapshot has what has changed since", () => {
    const { begin, change } = make();
    const first = begin();
    change((arena) => write(arena, 5 * PAGE_WORDS, 50));
    first.end();
    change((arena) => arena.words.fill(51, 5 * PAGE_WORDS, 6 * PAGE_WORDS));
    const second = begin();
    change((arena) => write(arena, 5 * PAGE_WORDS, 52));
    expect(collected(second, 4, 3)).toEqual([4, 51, 6]);
  });
});

test("a plain arena is changed without copies once its snapshot has ended, and a later snapshot's are left alone", () => {
  const arena = new Arena(20);
  fill(arena);
  const first = new ArenaPages(arena);
  expect(arena.guard).toBe(first);
  const second = new ArenaPages(arena);
  first.end();
  expect(arena.guard).toBe(second);
  second.end();
  expect(arena.guard).toBeNull();
});

describe("shared state", () => {
  test("is free between the steps of a snapshot, and is told when it ends", () => {
    const sharing = new Sharing(createSharedState({ memoryBytes: 1, snapshots: true }), 3);
    const { words } = sharing.arena;
    const pages = new SharedPages(sharing);
    expect([words[LOCK], words[SNAPSHOT_PAGES]]).toEqual([0, pages.count]);
    pages.collect(0, 1, new Int32Array(PAGE_WORDS));
    expect([words[LOCK], words[SNAPSHOT_PAGES]]).toEqual([0, pages.count]);
    pages.end();
    expect([words[LOCK], words[SNAPSHOT_PAGES]]).toEqual([0, 0]);
  });

  test("is free after a snapshot was refused", () => {
    const sharing = new Sharing(createSharedState({ memoryBytes: 1 }), 3);
    expect(() => new SharedPages(sharing)).toThrow("without `snapshots`");
    expect(sharing.arena.words[LOCK]).toBe(0);
  });

  test("is waited for at each step while a worker is inside", () => {
    const state = createSharedState({ memoryBytes: 1, snapshots: true });
    const pages = new SharedPages(new Sharing(state, 0, 1));
    new Sharing(state, 1).enter(0);
    expect(() => pages.collect(0, 1, new Int32Array(PAGE_WORDS))).toThrow(StateHeldError);
    expect(() => pages.end()).toThrow(StateHeldError);
    expect(() => new SharedPages(new Sharing(state, 2, 1))).toThrow("worker 1 holds the shared state");
  });
});

/** Sides of shared state in one thread: who may come, what time it is, what is kept and what is taken back. */
import { describe, expect, test } from "vitest";
import { Arena, PAGE_BYTES, PAGE_WORDS } from "../../../../../engine/state/arena.ts";
import { Catalogue } from "../../../../../engine/state/catalogue.ts";
import {
  copiesWords,
  journalWords,
  LOCK,
  RECOVERER,
  SNAPSHOT_PAGES,
  WAITERS,
} from "../../../../../engine/state/shared/layout.ts";
import {
  createSharedState,
  recoverWorker,
  shareArena,
  Sharing,
  StateHeldError,
  stateHolder,
} from "../../../../../engine/state/shared/shared-state.ts";
import { USERS } from "../../../../../engine/state/table-head.ts";

const made = (): ReturnType<typeof createSharedState> => createSharedState({ memoryBytes: 4 * PAGE_BYTES });

test("has pages for the memory, begun ones too, and 256 more; and a journal behind them", () => {
  for (const [memoryBytes, pages] of [
    [4 * PAGE_BYTES, 260],
    [4 * PAGE_BYTES + 1, 261],
  ] as const) {
    const state = createSharedState({ memoryBytes });
    expect([state.pages, state.buffer.byteLength]).toEqual([pages, pages * PAGE_BYTES + 4 * journalWords(pages)]);
    const { arena } = new Sharing(state, 0);
    expect(arena.used + arena.room).toBe(pages);
  }
});

test("has room for a copy of each page where snapshots are to be taken, of an odd number of pages too", () => {
  for (const memory of [4, 5]) {
    const state = createSharedState({ memoryBytes: memory * PAGE_BYTES, snapshots: true });
    const words = journalWords(state.pages) + copiesWords(state.pages);
    expect(state.buffer.byteLength).toBe(state.pages * PAGE_BYTES + 4 * words);
    expect(copiesWords(state.pages)).toBeGreaterThanOrEqual(state.pages * (1 + PAGE_WORDS));
    expect(new Sharing(state, 0).arena.used).toBeGreaterThan(0);
  }
});

describe("state that is made of an engine's", () => {
  /** An engine's arena with so many pages in use, the last of which begins with 7. */
  function engineArena(used: number): Arena {
    const arena = new Arena(600);
    new Catalogue(arena, 0).use("table");
    let page = 0;
    while (arena.used < used) page = arena.takePage();
    arena.words[page] = 7;
    return arena;
  }

  test("has what the engine had, its time and the key of its hash, as worker 0 finds it", () => {
    const from = engineArena(5);
    const head = new Catalogue(from, 0).find("table");
    const state = shareArena(from, 77, { memoryBytes: 8 * PAGE_BYTES, hashKey: [5, -6] });
    const { arena, hashKey } = new Sharing(state, 0);
    expect([arena.used, arena.words[4 * PAGE_WORDS], arena.clock, hashKey]).toEqual([5, 7, 77, [5, -6]]);
    expect(new Catalogue(arena, 0).find("table")).toBe(head);
    expect(arena.words[head + USERS]).toBe(1);
    expect(new Sharing(shareArena(from, 77, { memoryBytes: 1 }), 0).hashKey).toEqual([0, 0]);
  });

  test.each([
    [5, 8 * PAGE_BYTES, 264],
    [5, 7 * PAGE_BYTES + 1, 264],
    [300, 8 * PAGE_BYTES, 556],
  ])(
    "of %d pages has room for a memory of %d bytes, or for what it has, and 256 pages more",
    (used, memoryBytes, pages) => {
      const from = engineArena(used);
      const state = shareArena(from, 0, { memoryBytes });
      const { arena } = new Sharing(state, 0);
      expect([state.pages, state.snapshots, arena.used + arena.room]).toEqual([pages, false, pages]);
      expect(state.buffer.byteLength).toBe(pages * PAGE_BYTES + 4 * journalWords(pages));
      expect(shareArena(from, 0, { memoryBytes, snapshots: true }).snapshots).toBe(true);
    },
  );
});

test("every worker has the key of the state hash that it was made with, zeros unless told", () => {
  const state = createSharedState({ memoryBytes: 1, hashKey: [5, -6] });
  expect([new Sharing(state, 0).hashKey, new Sharing(state, 29).hashKey, new Sharing(made(), 3).hashKey]).toEqual([
    [5, -6],
    [5, -6],
    [0, 0],
  ]);
});

test.each([-1, 30, 1.5, Number.NaN])("worker %d is refused by its number", (worker) => {
  expect(() => new Sharing(made(), worker)).toThrow(
    new RangeError(`worker ${worker}: workers of shared state have numbers from 0 to 29`),
  );
});

test("workers from 0 to 29 are let in, one at a time", () => {
  const state = made();
  for (const worker of [0, 29]) {
    const side = new Sharing(state, worker);
    expect([side.worker, side.enter(1)]).toEqual([worker, 1]);
    expect(side.arena.words[LOCK]).toBe(worker + 1);
    side.leave();
    expect(side.arena.words[LOCK]).toBe(0);
  }
});

test("a worker that waited for as long as it was willing to is told who is inside, and may come later", () => {
  const state = made();
  const [inside, waiting] = [new Sharing(state, 7), new Sharing(state, 8, 1)];
  inside.enter(1);
  expect(() => waiting.enter(2)).toThrow(new StateHeldError(7));
  expect(String(new StateHeldError(7))).toBe(
    "StateHeldError: worker 7 holds the shared state and does not let go of it",
  );
  inside.leave();
  expect(waiting.enter(3)).toBe(3);
});

test("a snapshot of state that has no room for one is refused, and nothing is begun", () => {
  const side = new Sharing(made(), 0);
  expect(() => side.beginSnapshot()).toThrow("the shared state was made without `snapshots`");
  side.enter(1);
  expect(side.arena.words[SNAPSHOT_PAGES]).toBe(0);
});

test("a snapshot has the pages as they were when it began, and none are copied once it has ended", () => {
  const side = new Sharing(createSharedState({ memoryBytes: 4 * PAGE_BYTES, snapshots: true }), 0);
  side.enter(1);
  const page = side.arena.takePage();
  side.arena.words[page] = 7;
  expect(side.beginSnapshot()).toBe(side.arena.used);
  side.leave();
  side.enter(2);
  side.arena.touch(page, 1);
  side.arena.words[page] = 8;
  const into = new Int32Array(PAGE_WORDS);
  side.collectPages(page / PAGE_WORDS, 1, into);
  expect([into[0], side.arena.words[page], side.arena.words[SNAPSHOT_PAGES]]).toEqual([7, 8, side.arena.used]);
  side.endSnapshot();
  expect(side.arena.words[SNAPSHOT_PAGES]).toBe(0);
});

test("the time never goes back, whoever had it", () => {
  const state = made();
  const [first, second] = [new Sharing(state, 0), new Sharing(state, 1)];
  const times = [
    [first, 100],
    [second, 99],
    [second, 100],
    [second, 101],
    [first, 50],
  ] as const;
  expect(
    times.map(([side, now]) => {
      const time = side.enter(now);
      expect(side.arena.clock).toBe(time);
      side.leave();
      return time;
    }),
  ).toEqual([100, 100, 100, 101, 101]);
});

test("what is left stays for the others, and what is abandoned does not", () => {
  const state = made();
  const [first, second] = [new Sharing(state, 0), new Sharing(state, 1)];
  first.enter(1);
  const page = first.arena.takePage();
  first.arena.touch(page, 1);
  first.arena.words[page] = 7;
  first.leave();
  second.enter(2);
  second.arena.touch(page, 1);
  second.arena.words[page] = 8;
  second.abandon();
  expect([first.arena.words[page], second.arena.words[LOCK]]).toEqual([7, 0]);
  // The journal begins anew: what was kept is not taken back later.
  first.enter(3);
  first.abandon();
  expect([first.arena.words[page], first.arena.clock]).toEqual([7, 1]);
});

describe("a worker that has ended", () => {
  test("inside a decision is undone, and the others are let in", () => {
    const state = made();
    const dead = new Sharing(state, 3);
    dead.enter(5);
    dead.arena.touch(PAGE_WORDS - 1, 1);
    dead.arena.words[PAGE_WORDS - 1] = 9;
    expect(recoverWorker(state, 3)).toBe(true);
    expect([dead.arena.words[PAGE_WORDS - 1], dead.arena.words[LOCK], dead.arena.clock]).toEqual([0, 0, 0]);
    new Sharing(state, 3).enter(1);
  });

  test("between decisions loses nothing but what it used", () => {
    const state = made();
    const [gone, other] = [new Sharing(state, 3), new Sharing(state, 4)];
    gone.enter(5);
    const head = new Catalogue(gone.arena, 3).use("table");
    gone.leave();
    other.enter(6);
    new Catalogue(other.arena, 4).use("table");
    other.leave();
    expect(other.arena.words[head + USERS]).toBe((1 << 3) | (1 << 4));
    expect(recoverWorker(state, 3)).toBe(false);
    expect(other.arena.words[head + USERS]).toBe(1 << 4);
    expect([other.arena.words[LOCK], other.arena.words[WAITERS], other.arena.clock]).toEqual([0, 0, 6]);
  });

  test("outside is not recovered while another one holds the state", () => {
    const state = made();
    new Sharing(state, 4).enter(1);
    expect(() => recoverWorker(state, 3)).toThrow(new StateHeldError(4));
    expect(recoverWorker(state, 4)).toBe(true);
    expect(recoverWorker(state, 3)).toBe(false);
  });

  test("is recovered by one that is no worker", () => {
    expect(RECOVERER).toBe(30);
  });
});

test("who asks is told which worker is inside, if any", () => {
  const state = made();
  const sharing = new Sharing(state, 3);
  expect(stateHolder(state)).toBe(null);
  sharing.enter(0);
  expect(stateHolder(state)).toBe(3);
  sharing.leave();
  expect(stateHolder(state)).toBe(null);
  const first = new Sharing(state, 0, 1);
  first.enter(0);
  expect(stateHolder(state)).toBe(0);
  first.abandon();
});

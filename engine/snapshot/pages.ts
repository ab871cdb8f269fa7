/**
 * The pages of a snapshot, while decisions go on: a page that is about to change before it was collected is copied first, so a decision
 * waits for a copy of a few pages at most.
 */
import { type Arena, type Guard, PAGE_WORDS } from "../state/arena.ts";
import type { Sharing } from "../state/shared/shared-state.ts";
import type { SnapshotPages } from "./snapshot.ts";

/** Of a plain arena. */
export class ArenaPages implements SnapshotPages, Guard {
  readonly count: number;
  private readonly arena: Arena;
  /** Pages that changed before they were collected, as they were. */
  private readonly copies = new Map<number, Int32Array>();
  private collected = 0;

  constructor(arena: Arena) {
    this.arena = arena;
    this.count = arena.used;
    arena.guard = this;
  }

  before(at: number): void {
    const page = Math.floor(at / PAGE_WORDS);
    if (page < this.collected || page >= this.count || this.copies.has(page)) return;
    this.copies.set(page, this.arena.words.slice(page * PAGE_WORDS, (page + 1) * PAGE_WORDS));
  }

  collect(first: number, count: number, into: Int32Array): void {
    const { arena, copies } = this;
    into.set(arena.words.subarray(first * PAGE_WORDS, (first + count) * PAGE_WORDS));
    for (let page = first; page < first + count; page++) {
      const copy = copies.get(page);
      if (copy !== undefined) into.set(copy, (page - first) * PAGE_WORDS);
      copies.delete(page);
    }
    this.collected = first + count;
  }

  end(): void {
    this.copies.clear();
    if (this.arena.guard === this) this.arena.guard = null;
  }
}

/** Of shared state: the workers copy, and are kept out for as long as a few pages take. */
export class SharedPages implements SnapshotPages {
  readonly count: number;
  private readonly sharing: Sharing;

  constructor(sharing: Sharing) {
    this.sharing = sharing;
    this.count = this.alone(() => sharing.beginSnapshot());
  }

  collect(first: number, count: number, into: Int32Array): void {
    this.alone(() => this.sharing.collectPages(first, count, into));
  }

  end(): void {
    this.alone(() => this.sharing.endSnapshot());
  }

  private alone<T>(run: () => T): T {
    this.sharing.enter(0);
    try {
      return run();
    } finally {
      this.sharing.leave();
    }
  }
}

/** A table of state that only remembers when a key was seen, for tests of how any table makes room. */
import { type Arena, NONE, PAGE_BYTES } from "../../engine/state/arena.ts";
import { FULL, HashTable } from "../../engine/state/table.ts";
import { slotsPerPage } from "../../engine/state/table-page.ts";
import { hashOf, inArena } from "./tables.ts";

/** Words of an entry, unless a test is about others. */
const STRIDE = 200;
export const SLOTS: number = slotsPerPage(STRIDE);
/** Entries of a full page. */
export const MOST: number = Math.floor(SLOTS * FULL);
/** Not seen for so long, an entry is equal to fresh. */
export const REST = 1_000;

/** When each key was seen last. */
export class Notes extends HashTable {
  /** What was dropped that was not fresh, and what was let go of. */
  readonly sketchedAt: number[] = [];
  released = 0;

  constructor(arena: Arena, head: number, stride: number = STRIDE) {
    super(stride, arena, head);
  }
  see(lo: number, hi: number, now: number): void {
    let at = this.find(lo, hi);
    if (at === NONE) at = this.insert(lo, hi, now);
    else this.touch(at);
    this.words[at + 2] = now;
  }
  note(number: number, now: number): void {
    this.see(...hashOf(number), now);
  }
  has(number: number): boolean {
    return this.holds(...hashOf(number));
  }
  holds(lo: number, hi: number): boolean {
    return this.find(lo, hi) !== NONE;
  }
  forget(number: number): void {
    this.remove(this.find(...hashOf(number)));
  }
  forgetAt(lo: number, hi: number): void {
    this.remove(this.find(lo, hi));
  }
  dropAny(now: number): void {
    this.dropOne(now);
  }
  withPool(budget: number, entries: number): number {
    return this.shareBudget(budget, entries);
  }
  protected isFresh(at: number, now: number): boolean {
    return now - this.words[at + 2]! > REST;
  }
  protected seenAt(at: number): number {
    return this.words[at + 2]!;
  }
  protected override sketchDropped(at: number): void {
    this.sketchedAt.push(this.words[at + 2]!);
  }
  protected release(): void {
    this.released++;
  }
}

/** A table of its own arena, of so many pages at most. */
export function tableOf(pages: number, stride: number = STRIDE): Notes {
  return inArena(pages * PAGE_BYTES, (arena, head) => new Notes(arena, head, stride));
}

/** The numbers below another. */
export function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, each) => each);
}

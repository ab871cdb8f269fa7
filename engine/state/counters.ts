/** Counters in a ring of sub-windows, within an entry of a table: one for each that can hold live events, and their sum. */
import { RING, type SubWindows } from "./sub-windows.ts";
import type { Arena } from "./arena.ts";
import { HashTable } from "./table.ts";

/** Adds one to the counter at a place of the ring. */
export function countOne(words: Int32Array, sum: number, ring: number, place: number): void {
  words[sum] = words[sum]! + 1;
  words[ring + place] = words[ring + place]! + 1;
}

/** Clears the counters of the `passed` sub-windows that end at `place`. */
export function forgetCounters(words: Int32Array, sum: number, ring: number, place: number, passed: number): void {
  for (let back = 0; back < passed && back < RING; back++) {
    const counter = ring + ((place - back + RING) % RING);
    words[sum] = words[sum]! - words[counter]!;
    words[counter] = 0;
  }
}

/** The sum once the `passed` sub-windows that end at `place` have come. */
export function sumOfCounters(words: Int32Array, sum: number, ring: number, place: number, passed: number): number {
  if (passed >= RING) return 0;
  let living = words[sum]!;
  for (let back = 0; back < passed; back++) living -= words[ring + ((place - back + RING) % RING)]!;
  return living;
}

// Head of an entry: hash (words 0, 1), latest sub-window (double 1).
const LATEST = 1;
/** First word of an entry that is free for what a table keeps by sub-window. */
export const WINDOW_WORDS = 4;

/** A table whose entries are brought to the current sub-window before an event is recorded in them. */
export abstract class WindowTable extends HashTable {
  protected readonly window: SubWindows;

  constructor(stride: number, window: SubWindows, arena: Arena, head: number) {
    super(stride, arena, head);
    this.window = window;
  }

  /** Forgets what is in the `passed` sub-windows that end at the current one; never more than there are. */
  protected abstract forget(at: number, passed: number): void;
  /** Fills in an entry of zeros. */
  protected abstract begin(at: number): void;

  /** First word of a key's entry, made where there is none, at the current sub-window. */
  protected enter(lo: number, hi: number, now: number): number {
    const { window } = this;
    window.turnTo(now);
    let at = this.find(lo, hi);
    if (at < 0) {
      at = this.insert(lo, hi, now);
      this.doubles[at / 2 + LATEST] = window.current;
      this.begin(at);
    } else this.touch(at);
    const passed = window.current - this.doubles[at / 2 + LATEST]!;
    if (passed > 0) {
      this.forget(at, Math.min(passed, RING));
      this.doubles[at / 2 + LATEST] = window.current;
    }
    return at;
  }

  /** Sub-windows that have come since an entry's latest event, once the window was turned to now. */
  protected passedAt(at: number): number {
    return this.window.current - this.doubles[at / 2 + LATEST]!;
  }

  protected isFresh(at: number, now: number): boolean {
    this.window.turnTo(now);
    return this.passedAt(at) >= RING;
  }

  protected seenAt(at: number): number {
    return this.doubles[at / 2 + LATEST]!;
  }

  protected release(): void {}
}

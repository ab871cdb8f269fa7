/** The `count` of a signal by key: one counter for each of the 17 sub-windows that can hold live events, and their sum. */
import { RING, SubWindows } from "./sub-windows.ts";
import type { Arena } from "./arena.ts";
import { HashTable } from "./table.ts";

// Entry: hash (words 0, 1), latest sub-window (double 1), sum (word 4), counters by place in the ring (words 5 to 21).
const LATEST = 1;
const SUM = 4;
const COUNTERS = 5;
const STRIDE = 22;
/** Bytes of an entry. */
export const COUNT_BYTES: number = STRIDE * 4;

/** Counts of one signal, 88 bytes a key. */
export class CountTable extends HashTable {
  private readonly window: SubWindows;

  constructor(windowMicros: number, arena: Arena, head: number) {
    super(STRIDE, arena, head);
    this.window = new SubWindows(windowMicros);
  }

  /** Counts one event of a key. */
  record(lo: number, hi: number, now: number): void {
    const { window } = this;
    window.turnTo(now);
    let at = this.find(lo, hi);
    if (at < 0) {
      at = this.insert(lo, hi, now);
      this.doubles[at / 2 + LATEST] = window.current;
    } else this.touch(at);
    const passed = window.current - this.doubles[at / 2 + LATEST]!;
    if (passed > 0) this.forget(at, passed);
    this.words[at + SUM] = this.words[at + SUM]! + 1;
    const counter = at + COUNTERS + window.place;
    this.words[counter] = this.words[counter]! + 1;
  }

  /** Events of a key that live at `now`. */
  read(lo: number, hi: number, now: number): number {
    const { window, words } = this;
    const at = this.find(lo, hi);
    if (at < 0) return 0;
    window.turnTo(now);
    const passed = window.current - this.doubles[at / 2 + LATEST]!;
    if (passed >= RING) return 0;
    let sum = words[at + SUM]!;
    for (let back = 0; back < passed; back++) sum -= words[at + COUNTERS + ((window.place - back + RING) % RING)]!;
    return sum;
  }

  /** Clears the counters of the sub-windows that the ring has come round to since the latest event. */
  private forget(at: number, passed: number): void {
    const { words, window } = this;
    const cleared = Math.min(passed, RING);
    for (let back = 0; back < cleared; back++) {
      const counter = at + COUNTERS + ((window.place - back + RING) % RING);
      words[at + SUM] = words[at + SUM]! - words[counter]!;
      words[counter] = 0;
    }
    this.doubles[at / 2 + LATEST] = window.current;
  }

  protected isFresh(at: number, now: number): boolean {
    this.window.turnTo(now);
    return this.window.current - this.doubles[at / 2 + LATEST]! >= RING;
  }

  protected seenAt(at: number): number {
    return this.doubles[at / 2 + LATEST]!;
  }

  protected release(): void {}
}

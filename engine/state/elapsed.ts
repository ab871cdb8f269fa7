/** The `elapsed` of a signal by key: the time of its latest event. */
import { type Allocate, HashTable } from "./table.ts";

// Entry: hash (words 0, 1), time of the latest event (double 1).
const STRIDE = 4;
/** Bytes of an entry. */
export const ELAPSED_BYTES: number = STRIDE * 4;

/** Latest times of one signal, 16 bytes a key. */
export class ElapsedTable extends HashTable {
  private readonly windowMicros: number;

  constructor(windowMicros: number, budget: number, allocate: Allocate) {
    super(STRIDE, budget, allocate);
    this.windowMicros = windowMicros;
  }

  /** Records an event of a key. */
  record(lo: number, hi: number, now: number): void {
    let slot = this.find(lo, hi);
    if (slot < 0) slot = this.insert(lo, hi, now);
    this.doubles[slot * 2 + 1] = now;
  }

  /** Time since a key's latest event, at most the window's length. */
  read(lo: number, hi: number, now: number): number {
    const slot = this.find(lo, hi);
    return slot < 0 ? this.windowMicros : Math.min(this.windowMicros, now - this.doubles[slot * 2 + 1]!);
  }

  protected isFresh(slot: number, now: number): boolean {
    return now - this.doubles[slot * 2 + 1]! >= this.windowMicros;
  }

  protected seenAt(slot: number): number {
    return this.doubles[slot * 2 + 1]!;
  }

  protected release(): void {}
}

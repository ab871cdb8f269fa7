/** The `elapsed` of a signal by key: the time of its latest event. */
import type { Arena } from "./arena.ts";
import { HashTable } from "./table.ts";

// Entry: hash (words 0, 1), time of the latest event (double 1).
const STRIDE = 4;
/** Bytes of an entry. */
export const ELAPSED_BYTES: number = STRIDE * 4;

/** Latest times of one signal, 16 bytes a key. */
export class ElapsedTable extends HashTable {
  private readonly windowMicros: number;

  constructor(windowMicros: number, arena: Arena, head: number) {
    super(STRIDE, arena, head);
    this.windowMicros = windowMicros;
  }

  /** Records an event of a key. */
  record(lo: number, hi: number, now: number): void {
    let at = this.find(lo, hi);
    if (at < 0) at = this.insert(lo, hi, now);
    else this.touch(at);
    this.doubles[at / 2 + 1] = now;
  }

  /** Time since a key's latest event, at most the window's length. */
  read(lo: number, hi: number, now: number): number {
    const at = this.find(lo, hi);
    return at < 0 ? this.windowMicros : Math.min(this.windowMicros, now - this.doubles[at / 2 + 1]!);
  }

  protected isFresh(at: number, now: number): boolean {
    return now - this.doubles[at / 2 + 1]! >= this.windowMicros;
  }

  protected seenAt(at: number): number {
    return this.doubles[at / 2 + 1]!;
  }

  protected release(): void {}
}

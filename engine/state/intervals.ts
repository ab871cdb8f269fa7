/** The `interval` of a signal by key: the times of its latest events, exactly, and the median of the gaps between them. */
import type { Arena } from "./arena.ts";
import { HashTable } from "./table.ts";

const EVENTS = 33;

// Entry: hash (words 0, 1), events held (word 2), place of the latest in the ring (word 3), times (doubles 2 to 34).
const HELD = 2;
const NEWEST = 3;
const TIMES = 2;
const STRIDE = 2 * (TIMES + EVENTS);
/** Bytes of an entry. */
export const INTERVAL_BYTES: number = STRIDE * 4;

/** Intervals of one signal, 280 bytes a key. */
export class IntervalTable extends HashTable {
  private readonly windowMicros: number;
  private readonly gaps: Float64Array = new Float64Array(EVENTS - 1);

  constructor(windowMicros: number, arena: Arena, head: number) {
    super(STRIDE, arena, head);
    this.windowMicros = windowMicros;
  }

  /** Records an event of a key; the oldest of 33 is forgotten. */
  record(lo: number, hi: number, now: number): void {
    let at = this.find(lo, hi);
    if (at < 0) at = this.insert(lo, hi, now);
    else this.touch(at);
    const newest = (this.words[at + NEWEST]! + 1) % EVENTS;
    this.words[at + NEWEST] = newest;
    this.words[at + HELD] = Math.min(EVENTS, this.words[at + HELD]! + 1);
    this.doubles[at / 2 + TIMES + newest] = now;
  }

  /** Median of the gaps between a key's events that live at `now`; the window's length if there is none. */
  read(lo: number, hi: number, now: number): number {
    const at = this.find(lo, hi);
    const count = at < 0 ? 0 : this.collectGaps(at, now);
    if (count === 0) return this.windowMicros;
    const middle = count >> 1;
    return count % 2 === 1 ? this.gaps[middle]! : Math.floor((this.gaps[middle - 1]! + this.gaps[middle]!) / 2);
  }

  /** Puts the gaps into order; returns how many there are. */
  private collectGaps(at: number, now: number): number {
    const { gaps, doubles, words } = this;
    const held = words[at + HELD]!;
    let place = words[at + NEWEST]!;
    let later = doubles[at / 2 + TIMES + place]!;
    if (now - later >= this.windowMicros) return 0;
    let count = 0;
    while (count < held - 1) {
      place = place === 0 ? EVENTS - 1 : place - 1;
      const time = doubles[at / 2 + TIMES + place]!;
      if (now - time >= this.windowMicros) break;
      insertInOrder(gaps, count++, later - time);
      later = time;
    }
    return count;
  }

  private latestAt(at: number): number {
    return this.doubles[at / 2 + TIMES + this.words[at + NEWEST]!]!;
  }

  protected isFresh(at: number, now: number): boolean {
    return now - this.latestAt(at) >= this.windowMicros;
  }

  protected seenAt(at: number): number {
    return this.latestAt(at);
  }

  protected release(): void {}
}

function insertInOrder(sorted: Float64Array, count: number, value: number): void {
  let at = count;
  for (; at > 0 && sorted[at - 1]! > value; at--) sorted[at] = sorted[at - 1]!;
  sorted[at] = value;
}

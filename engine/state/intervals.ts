/** The `interval` of a signal by key: the times of its latest events, exactly, and the median of the gaps between them. */
import type { Arena } from "./arena.ts";
import { HashTable } from "./table.ts";

// Entry: hash (words 0, 1), events held (word 2), place of the latest in the ring (word 3), times (from double 2 on).
const HELD = 2;
const NEWEST = 3;
const TIMES = 2;

function strideOf(events: number): number {
  return 2 * (TIMES + events);
}

/** Bytes of an entry with the times of so many events. */
export function intervalBytes(events: number): number {
  return strideOf(events) * 4;
}

/** Intervals of one signal, 16 bytes a key and 8 for each of the events that it looks at. */
export class IntervalTable extends HashTable {
  private readonly events: number;
  private readonly windowMicros: number;
  private readonly gaps: Float64Array;

  /** @param events - How many of the latest it looks at, 2 or more. */
  constructor(events: number, windowMicros: number, arena: Arena, head: number) {
    super(strideOf(events), arena, head);
    this.events = events;
    this.windowMicros = windowMicros;
    this.gaps = new Float64Array(events - 1);
  }

  /** Records an event of a key; the oldest is forgotten where there are too many. */
  record(lo: number, hi: number, now: number): void {
    let at = this.find(lo, hi);
    if (at < 0) at = this.insert(lo, hi, now);
    else this.touch(at);
    const newest = (this.words[at + NEWEST]! + 1) % this.events;
    this.words[at + NEWEST] = newest;
    this.words[at + HELD] = Math.min(this.events, this.words[at + HELD]! + 1);
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
      place = place === 0 ? this.events - 1 : place - 1;
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

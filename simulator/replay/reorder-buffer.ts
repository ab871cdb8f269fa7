/**
 * Puts the entries of a log in the order of their times, stably, while they stream by: servers write a line when a request
 * ends, so a log is out of order by as much as its longest request, and logs joined from several machines by more.
 */
import type { RequestRecord } from "../../traffic/index.ts";
import { EventQueue } from "../event-queue.ts";

/** Entries held back by default, at most: a log of as many may be in any order. About 50 MB when full. */
export const REORDER_ENTRIES = 65_536;
/** How long an entry of a longer log waits for earlier ones, in the log's own time. */
export const REORDER_MICROS = 60_000_000;

/** An entry that waits for its turn. */
export interface HeldEntry {
  /** Microseconds since the Unix epoch. */
  at: number;
  /** Of which log, and which line of it, counted from 1. */
  readonly log: number;
  readonly line: number;
  readonly record: RequestRecord;
}

/**
 * A buffer of entries, given back earliest first and at one time in the order in which they came. What comes in order stands in a ring, and
 * takes no time to sort; the rest waits in a heap.
 */
export class ReorderBuffer {
  readonly #limit: number;
  readonly #waitMicros: number;
  #latest = Number.NEGATIVE_INFINITY;
  /** Entries in order, from `#first` on; each with its place in the order of all that came. Its length is a power of two. */
  #ring: (HeldEntry | undefined)[] = new Array<HeldEntry | undefined>(16).fill(undefined);
  #places: Float64Array = new Float64Array(16);
  #first = 0;
  #inOrder = 0;
  #newest = Number.NEGATIVE_INFINITY;
  readonly #late: EventQueue;
  readonly #slots: (HeldEntry | undefined)[] = [];
  readonly #free: number[] = [];
  #came = 0;

  /**
   * @param limit - Most entries held between two calls of `push`.
   * @param waitMicros - Once more than these have come, how much later than an entry the latest that came has to be to let it go.
   */
  constructor(limit: number, waitMicros: number) {
    this.#limit = limit;
    this.#waitMicros = waitMicros;
    this.#late = new EventQueue(limit + 1);
  }

  /** Whether the earliest entry may be taken; it must be, before the next is pushed, where more are held than may be. */
  get ripe(): boolean {
    if (this.#came <= this.#limit) return false;
    if (this.#inOrder + this.#late.size > this.#limit) return true;
    const first = this.#inOrder === 0 ? Number.POSITIVE_INFINITY : (this.#ring[this.#first]?.at ?? 0);
    return Math.min(first, this.#late.nextTime) < this.#latest - this.#waitMicros;
  }

  /** Holds an entry; only while {@link ReorderBuffer.ripe} is false. */
  push(entry: HeldEntry): void {
    const place = this.#came++;
    this.#latest = Math.max(this.#latest, entry.at);
    if (this.#inOrder === 0 || entry.at >= this.#newest) this.#append(entry, place);
    else {
      const slot = this.#free.pop() ?? this.#slots.length;
      this.#slots[slot] = entry;
      this.#late.push(entry.at, 0, slot, place);
    }
  }

  /** The earliest entry, or null when none is held. */
  take(): HeldEntry | null {
    const first = this.#inOrder === 0 ? undefined : this.#ring[this.#first];
    if (first !== undefined && !this.#lateIsFirst(first.at)) {
      this.#ring[this.#first] = undefined;
      this.#first = (this.#first + 1) & (this.#ring.length - 1);
      this.#inOrder--;
      return first;
    }
    if (!this.#late.next()) return null;
    const slot = this.#late.actor;
    const entry = this.#slots[slot] ?? null;
    this.#slots[slot] = undefined;
    this.#free.push(slot);
    return entry;
  }

  /** Whether the heap's earliest comes before the ring's, at `at`. What is in the heap came after something later, but perhaps not after this. */
  #lateIsFirst(at: number): boolean {
    const { nextTime } = this.#late;
    return nextTime < at || (nextTime === at && this.#late.nextFirst < (this.#places[this.#first] ?? 0));
  }

  #append(entry: HeldEntry, place: number): void {
    if (this.#inOrder === this.#ring.length) this.#grow();
    const at = (this.#first + this.#inOrder++) & (this.#ring.length - 1);
    this.#ring[at] = entry;
    this.#places[at] = place;
    this.#newest = entry.at;
  }

  #grow(): void {
    const size = this.#ring.length;
    const ring = new Array<HeldEntry | undefined>(2 * size).fill(undefined);
    const places = new Float64Array(2 * size);
    for (let index = 0; index < size; index++) {
      ring[index] = this.#ring[(this.#first + index) % size];
      places[index] = this.#places[(this.#first + index) % size] ?? 0;
    }
    this.#ring = ring;
    this.#places = places;
    this.#first = 0;
  }
}

/**
 * Queues of (time, units) for sliding logs and leases, in chunks of 16 that are linked, from one bounded pool. A key with few
 * entries has one chunk, one with many has as many as it needs, and nothing is moved when a queue grows.
 */
import type { Allocate } from "./table.ts";

/** Entries of a chunk. */
export const CHUNK = 16;
/** Bytes of a chunk: times, units, and its link. */
export const CHUNK_BYTES: number = CHUNK * 8 + CHUNK * 2 + 4;
/** Chunks that are had whatever the budget is: enough for the longest queue, and one more. */
const SMALLEST = 65;
const NONE = -1;

export class EntryPool {
  /** Of chunk c: entries from `c * CHUNK`. Units are at most 65,535. */
  times: Float64Array = new Float64Array(0);
  units: Uint16Array = new Uint16Array(0);
  /** The chunk after each, in its queue or among those that are free; -1 for none. */
  next: Int32Array = new Int32Array(0);
  private free = NONE;
  private capacity = 0;
  private most = 0;
  private readonly allocate: Allocate;

  /** @param budget - Bytes that the pool may take. */
  constructor(budget: number, allocate: Allocate) {
    this.allocate = allocate;
    this.setBudget(budget);
  }

  /** Changes the budget. A pool that is larger stays as large as it is. */
  setBudget(budget: number): void {
    this.most = Math.max(SMALLEST, this.capacity, Math.floor(budget / CHUNK_BYTES));
  }

  /** A chunk that nothing follows, or -1 where there is no room. */
  take(): number {
    if (this.free === NONE && this.capacity < this.most) this.grow();
    const chunk = this.free;
    if (chunk === NONE) return NONE;
    this.free = this.next[chunk]!;
    this.next[chunk] = NONE;
    return chunk;
  }

  /** Gives a chunk back. */
  give(chunk: number): void {
    this.next[chunk] = this.free;
    this.free = chunk;
  }

  private grow(): void {
    const capacity = Math.min(this.most, Math.max(4, this.capacity * 2));
    const times = new Float64Array(this.allocate(capacity * CHUNK * 8));
    const units = new Uint16Array(this.allocate(capacity * CHUNK * 2));
    const next = new Int32Array(this.allocate(capacity * 4));
    times.set(this.times);
    units.set(this.units);
    next.set(this.next);
    this.times = times;
    this.units = units;
    this.next = next;
    for (let chunk = capacity - 1; chunk >= this.capacity; chunk--) this.give(chunk);
    this.capacity = capacity;
  }
}

/**
 * Queues of (time, units) for sliding logs and leases, in chunks of 16 that are linked, from one bounded pool. A key with few
 * entries has one chunk, one with many has as many as it needs, and nothing is moved when a queue grows.
 */
import type { Arena } from "./arena.ts";
import { ItemPool } from "./item-pool.ts";

/** Entries of a chunk. */
export const CHUNK = 16;

// Words of a chunk: times (16 doubles), units (16 halves of words), link.
const UNITS = 2 * CHUNK;
const NEXT = UNITS + CHUNK / 2;
const CHUNK_WORDS = NEXT + 2;
/** Bytes of a chunk. */
export const CHUNK_BYTES: number = CHUNK_WORDS * 4;

const HALF = 0xffff;

export class EntryPool extends ItemPool {
  private readonly state: Arena;

  constructor(arena: Arena, head: number) {
    super(arena, head, CHUNK_WORDS);
    this.state = arena;
  }

  /** Time of the entry at a place of a chunk. */
  time(chunk: number, place: number): number {
    return this.state.doubles[chunk / 2 + place]!;
  }

  /** Units of the entry at a place of a chunk. */
  units(chunk: number, place: number): number {
    return (this.state.words[chunk + UNITS + (place >> 1)]! >>> ((place & 1) * 16)) & HALF;
  }

  /** Writes an entry; its units are at most 65,535. */
  put(chunk: number, place: number, time: number, units: number): void {
    const { words, doubles } = this.state;
    this.state.touch(chunk, CHUNK_WORDS);
    doubles[chunk / 2 + place] = time;
    const word = chunk + UNITS + (place >> 1);
    const shift = (place & 1) * 16;
    words[word] = (words[word]! & ~(HALF << shift)) | (units << shift);
  }

  /** The chunk after another in its queue. */
  after(chunk: number): number {
    return this.state.words[chunk + NEXT]!;
  }

  /** Puts a chunk behind another. */
  follow(chunk: number, next: number): void {
    this.state.touch(chunk, CHUNK_WORDS);
    this.state.words[chunk + NEXT] = next;
  }
}

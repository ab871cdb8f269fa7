/**
 * What may be used once: proofs, signatures and answers that were, each remembered until it has ended anyway. Bounded: what there is no
 * room for is refused, because what could not be remembered could be used twice.
 *
 * Threads may use one memory together. An entry is one word of 64 bits, put in its place by one compare-and-exchange, so there is no lock
 * that a thread could hold when it ends. A name may stand anywhere in its bucket. Threads that bring one at the same time choose the same place, the
 * lowest that is free, unless one becomes free just then; so whoever has put its entry there looks at the bucket again, and where the
 * name is there twice, neither is taken. Names that have the same 43 bits of a digest in the same bucket are taken for one.
 *
 * Counts are changed after entries: threads that come at the same instant may go beyond a bound, by less than their number, and one that is
 * killed in between leaves a count off by one.
 */
import { hash } from "node:crypto";
import {
  BUCKET,
  CELLS,
  makeReplayMemory,
  OWNER_CELLS,
  type ReplayBounds,
  type ReplayMemory,
  SWEPT,
  TOTAL,
} from "./replay-memory.ts";

/** What became of something: it counts, it was used before, or there is no room to remember it. */
export type Use = "first" | "replayed" | "full";

/** Entries are told apart by when they end to so many milliseconds. */
const STEP_MS = 16_000;
/** Steps by which an entry outlives its end: another thread may have read the time before this one did. */
const GRACE = 1;
/** Bits of a word's step, which is kept modulo their power of two (194 days). */
const STEP_BITS = 20;
const STEPS: number = 2 ** STEP_BITS;
/** Entries may end so many steps from now (48 days). What seems to end later, ended long ago. */
const AHEAD: number = STEPS / 4;
/** Steps after which what has ended is cleared away, wherever it is. */
const SWEEP_STEPS = 2;
const TAG_BITS = 64n - BigInt(STEP_BITS);
const TAG: bigint = 2n ** TAG_BITS - 1n;
/** What is found in a bucket that has neither the name nor a free place. */
const NONE = -1;
const KNOWN = -2;
/** Which half of a word has the higher bits. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

/** Bits of a tag in the higher half of a word, below its step. */
const HIGH_BITS: number = 32 - STEP_BITS;

/** Where a name stands, and how it is told from others there: by a tag, of which the higher bits are looked at first. */
interface Place {
  readonly first: number;
  readonly tag: bigint;
  readonly high: number;
}

interface OpenMemory extends ReplayMemory {
  /** Halves of the words, which are quicker to read than big integers. */
  readonly halves: Uint32Array;
}

/** Remembers what may be used once, until it would be refused for its age. */
export class ReplayStore {
  /** What this thread refused for want of room. */
  full = 0;
  /** Whether it is another's memory, who tells how much is in it. */
  readonly isJoined: boolean;
  readonly #bounds: ReplayBounds;
  #opened: OpenMemory | null;

  /** @param memory - What others use too; made when it is needed first if it is not given. */
  constructor(bounds: ReplayBounds, memory: ReplayMemory | null = null, isJoined = false) {
    this.#bounds = bounds;
    this.#opened = memory === null ? null : open(memory);
    this.isJoined = isJoined;
  }

  /** Null before anything was used. */
  get memory(): ReplayMemory | null {
    return this.#opened;
  }

  /** Goes on with another memory, before anything is used. */
  adopt(memory: ReplayMemory): void {
    this.#opened = open(memory);
  }

  /** What is remembered, with what has ended lately. */
  get size(): number {
    return this.#opened === null ? 0 : Atomics.load(this.#opened.counts, TOTAL);
  }

  /**
   * Uses something for the first time.
   *
   * @param owner - Whose it is; an owner may fill only a part of the room.
   * @param name - What makes it unique among its owner's. Nothing that its sender could write in several ways will do.
   * @param endsMs - When it has ended, in milliseconds: not before `nowMs`, and at most 48 days later.
   * @param nowMs - Now. If the clock was set back, what is remembered stays remembered; if it was set forward, what has ended by it is
   *   forgotten.
   */
  use(owner: string, name: string, endsMs: number, nowMs: number): Use {
    const [now, end] = [stepOf(nowMs), stepOf(endsMs)];
    const place = this.#placeOf(owner, name);
    const ownerHash = this.#ownerHash(owner);
    const word = (BigInt(end & (STEPS - 1)) << TAG_BITS) | place.tag;
    this.#sweep(now, SWEEP_STEPS);
    for (;;) {
      const slot = this.#find(place, now);
      if (slot === KNOWN) return "replayed";
      if (slot === NONE || end < now || end - now >= AHEAD || !this.#hasRoom(ownerHash, now)) {
        this.full++;
        return "full";
      }
      if (this.#claim(slot, word, ownerHash, now)) return this.#isAlone(place, now) ? "first" : "replayed";
    }
  }

  get #memory(): OpenMemory {
    this.#opened ??= open(makeReplayMemory(this.#bounds, false));
    return this.#opened;
  }

  #placeOf(owner: string, name: string): Place {
    const { seed, words } = this.#memory;
    const digest = hash("sha256", `${seed}${owner}\0${name}`, "buffer");
    const bucket = digest.readUInt32LE(0) & (words.length / BUCKET - 1);
    // A word is never 0.
    const tag = (digest.readBigUInt64LE(8) & TAG) | 1n;
    return { first: bucket * BUCKET, tag, high: Number(tag >> 32n) };
  }

  #ownerHash(owner: string): number {
    const { seed, owners } = this.#memory;
    return owners.length === 0 ? 0 : hash("sha256", `${seed}${owner}`, "buffer").readInt32LE(0);
  }

  // ── entries ───────────────────────────────────────────────────────────────

  /** The lowest free place of the bucket; `KNOWN` if the name is there, `NONE` if neither. */
  #find(place: Place, now: number): number {
    let free = NONE;
    for (let slot = place.first; slot < place.first + BUCKET; slot++) {
      if (this.#isFree(slot, now)) free = free === NONE ? slot : free;
      else if (this.#holds(slot, place)) return KNOWN;
    }
    return free;
  }

  #isAlone(place: Place, now: number): boolean {
    let found = 0;
    for (let slot = place.first; slot < place.first + BUCKET; slot++) {
      if (this.#holds(slot, place) && !this.#isFree(slot, now)) found++;
    }
    return found === 1;
  }

  #isFree(slot: number, now: number): boolean {
    const { words, halves } = this.#memory;
    const half = Atomics.load(halves, 2 * slot + HIGH);
    return half === 0 ? isFree(Atomics.load(words, slot), now) : hasEnded(half >>> HIGH_BITS, now);
  }

  #holds(slot: number, { tag, high }: Place): boolean {
    const { words, halves } = this.#memory;
    const half = Atomics.load(halves, 2 * slot + HIGH) & (2 ** HIGH_BITS - 1);
    return half === high && (Atomics.load(words, slot) & TAG) === tag;
  }

  /** Puts an entry in a free place; false if another was quicker. */
  #claim(slot: number, word: bigint, ownerHash: number, now: number): boolean {
    const { owners } = this.#memory;
    if (!this.#replace(slot, word, now)) return false;
    if (owners.length > 0) Atomics.store(owners, slot, ownerHash);
    this.#count(ownerHash, 1);
    return true;
  }

  /** Puts a word in a free place, and takes what ended there off the counts. */
  #replace(slot: number, word: bigint, now: number): boolean {
    const { words, owners } = this.#memory;
    const before = Atomics.load(words, slot);
    if (!isFree(before, now)) return false;
    const owner = owners.length > 0 ? Atomics.load(owners, slot) : 0;
    if (Atomics.compareExchange(words, slot, before, word) !== before) return false;
    if (before !== 0n) this.#count(owner, -1);
    return true;
  }

  /** Clears away what has ended, if that was last done `steps` ago. */
  #sweep(now: number, steps: number): void {
    const { words, halves, counts } = this.#memory;
    const swept = Atomics.load(counts, SWEPT);
    if (Math.abs(now - swept) < steps || Atomics.compareExchange(counts, SWEPT, swept, now) !== swept) return;
    if (Atomics.load(counts, TOTAL) === 0) return;
    for (let slot = 0; slot < words.length; slot++) {
      const half = halves[2 * slot + HIGH] ?? 0;
      if (half !== 0 && hasEnded(half >>> HIGH_BITS, now)) this.#replace(slot, 0n, now);
    }
  }

  // ── counts ────────────────────────────────────────────────────────────────

  #hasRoom(ownerHash: number, now: number): boolean {
    if (!this.#isFull(ownerHash)) return true;
    this.#sweep(now, 1);
    return !this.#isFull(ownerHash);
  }

  /** An owner's entries are counted by both parts of its hash, so it is held up by others' only where both parts are theirs too. */
  #isFull(ownerHash: number): boolean {
    const { counts, owners } = this.#memory;
    const { most, mostOfOwner } = this.#bounds;
    if (Atomics.load(counts, TOTAL) >= most) return true;
    if (owners.length === 0) return false;
    const [low, high] = cellsOf(ownerHash);
    return Math.min(Atomics.load(counts, low), Atomics.load(counts, high)) >= mostOfOwner;
  }

  #count(ownerHash: number, more: number): void {
    const { counts, owners } = this.#memory;
    Atomics.add(counts, TOTAL, more);
    if (owners.length === 0) return;
    for (const cell of cellsOf(ownerHash)) Atomics.add(counts, cell, more);
  }
}

function open(memory: ReplayMemory): OpenMemory {
  return { ...memory, halves: new Uint32Array(memory.words.buffer) };
}

/** The step of a time, in which entries tell when they end. */
export function stepOf(ms: number): number {
  return Math.floor(ms / STEP_MS);
}

/** Where the entries of an owner are counted. */
export function cellsOf(ownerHash: number): readonly [number, number] {
  return [CELLS + (ownerHash & (OWNER_CELLS - 1)), CELLS + OWNER_CELLS + (ownerHash >>> 16)];
}

/** Whether a place may be taken, by the halves of all words. */
export function isFreeAt(halves: Uint32Array, slot: number, now: number): boolean {
  const high = halves[2 * slot + HIGH] ?? 0;
  return (high === 0 && halves[2 * slot + 1 - HIGH] === 0) || hasEnded(high >>> HIGH_BITS, now);
}

function isFree(word: bigint, now: number): boolean {
  return word === 0n || hasEnded(Number(word >> TAG_BITS), now);
}

function hasEnded(step: number, now: number): boolean {
  const age = (now - step) & (STEPS - 1);
  return age > GRACE && age < STEPS - AHEAD;
}

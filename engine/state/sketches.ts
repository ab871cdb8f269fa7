/**
 * HyperLogLog sketches (P. Flajolet et al. 2007) of 128 registers, one for each of the 17 sub-windows that can hold live
 * events, in a bounded pool. The registers merged over the ring, their harmonic sum and the number of zeros are kept, so
 * that reading costs a logarithm at most; they are made anew when a sub-window passes. The sum is of multiples of 2^-33
 * below 2^8, so it is exact in a double whatever the order of additions.
 */
import { RING } from "./sub-windows.ts";
import type { Allocate } from "./table.ts";

export const REGISTERS = 128;
const HIGHEST_RANK = 33;
/** Bias correction for 128 registers, Flajolet et al. 2007, figure 3. */
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);

const POWERS = Float64Array.from({ length: HIGHEST_RANK + 1 }, (_, rank) => 2 ** -rank);

// Of each sketch: the rings, the merged registers, then zeros, owner's hash and the sub-windows passed at the latest later
// reading (0 for none) as words, the sum and that reading as doubles.
const MERGED = RING * REGISTERS;
const WORDS = (MERGED + REGISTERS) / 4;
const ZEROS = WORDS;
const OWNER_LO = WORDS + 1;
const OWNER_HI = WORDS + 2;
const LATER_PASSED = WORDS + 3;
const SUM = (WORDS + 4) / 2;
const LATER = (WORDS + 6) / 2;
const STRIDE = WORDS + 8;

/** Bytes of one sketch. */
export const SKETCH_BYTES: number = STRIDE * 4;

const SMALLEST = 4;

/** The number that registers estimate (linear counting while it is small), rounded. */
function estimateOf(sum: number, zeros: number): number {
  const raw = (ALPHA * REGISTERS * REGISTERS) / sum;
  return Math.round(raw <= 2.5 * REGISTERS && zeros > 0 ? REGISTERS * Math.log(REGISTERS / zeros) : raw);
}

export class SketchPool {
  private bytes: Uint8Array = new Uint8Array(0);
  private words: Int32Array = new Int32Array(0);
  private doubles: Float64Array = new Float64Array(0);
  private readonly free: number[] = [];
  private capacity = 0;
  private most: number;
  private readonly allocate: Allocate;

  /** @param budget - Bytes that the pool may take; four sketches are had whatever it is. */
  constructor(budget: number, allocate: Allocate) {
    this.most = Math.max(SMALLEST, Math.floor(budget / SKETCH_BYTES));
    this.allocate = allocate;
  }

  setBudget(budget: number): void {
    this.most = Math.max(SMALLEST, this.capacity, Math.floor(budget / SKETCH_BYTES));
  }

  /** An empty sketch for the key with this hash, or -1 where there is no room. */
  take(lo: number, hi: number): number {
    if (this.free.length === 0 && this.capacity < this.most) this.grow();
    const sketch = this.free.pop();
    if (sketch === undefined) return -1;
    const at = sketch * STRIDE;
    this.words.fill(0, at, at + STRIDE);
    this.words[at + ZEROS] = REGISTERS;
    this.words[at + OWNER_LO] = lo;
    this.words[at + OWNER_HI] = hi;
    this.doubles[at / 2 + SUM] = REGISTERS;
    return sketch;
  }

  /** Gives a sketch back. */
  give(sketch: number): void {
    this.free.push(sketch);
  }

  /** Number of sketches, taken or free. */
  get size(): number {
    return this.capacity;
  }

  ownerLo(sketch: number): number {
    return this.words[sketch * STRIDE + OWNER_LO]!;
  }

  ownerHi(sketch: number): number {
    return this.words[sketch * STRIDE + OWNER_HI]!;
  }

  /** Enters a value's hash in the sub-window at a place of the ring. */
  add(sketch: number, place: number, lo: number, hi: number): void {
    const base = sketch * SKETCH_BYTES;
    this.words[sketch * STRIDE + LATER_PASSED] = 0;
    const index = lo & (REGISTERS - 1);
    const rank = Math.min(HIGHEST_RANK, 1 + Math.clz32(hi));
    const register = base + place * REGISTERS + index;
    if (this.bytes[register]! < rank) this.bytes[register] = rank;
    this.raise(sketch, index, rank);
  }

  private raise(sketch: number, index: number, rank: number): void {
    const merged = sketch * SKETCH_BYTES + MERGED + index;
    const before = this.bytes[merged]!;
    if (before >= rank) return;
    const at = sketch * STRIDE;
    if (before === 0) this.words[at + ZEROS] = this.words[at + ZEROS]! - 1;
    this.doubles[at / 2 + SUM] = this.doubles[at / 2 + SUM]! + POWERS[rank]! - POWERS[before]!;
    this.bytes[merged] = rank;
  }

  /** Clears the `passed` (at most 17) sub-windows that end at `place`, and merges the others anew. */
  turn(sketch: number, place: number, passed: number): void {
    const base = sketch * SKETCH_BYTES;
    this.words[sketch * STRIDE + LATER_PASSED] = 0;
    for (let back = 0; back < passed; back++) {
      const ring = base + ((place - back + RING) % RING) * REGISTERS;
      this.bytes.fill(0, ring, ring + REGISTERS);
    }
    this.bytes.fill(0, base + MERGED, base + MERGED + REGISTERS);
    this.words[sketch * STRIDE + ZEROS] = REGISTERS;
    this.doubles[(sketch * STRIDE) / 2 + SUM] = REGISTERS;
    for (let ring = 0; ring < RING; ring++) {
      const from = base + ring * REGISTERS;
      for (let index = 0; index < REGISTERS; index++) {
        const rank = this.bytes[from + index]!;
        if (rank > 0) this.raise(sketch, index, rank);
      }
    }
  }

  /** The estimate at the latest event's sub-window. */
  estimate(sketch: number): number {
    const at = sketch * STRIDE;
    return estimateOf(this.doubles[at / 2 + SUM]!, this.words[at + ZEROS]!);
  }

  /**
   * The estimate once the `passed` (at least 1) sub-windows that end at `place` have come since. It is worked out once for
   * each sub-window in which nothing is added: a refused caller's key is read often and added to no more.
   */
  estimateLater(sketch: number, place: number, passed: number): number {
    const at = sketch * STRIDE;
    if (this.words[at + LATER_PASSED] !== passed) {
      this.doubles[at / 2 + LATER] = this.mergeLater(sketch, place, passed);
      this.words[at + LATER_PASSED] = passed;
    }
    return this.doubles[at / 2 + LATER]!;
  }

  private mergeLater(sketch: number, place: number, passed: number): number {
    const base = sketch * SKETCH_BYTES;
    let sum = 0;
    let zeros = 0;
    for (let index = 0; index < REGISTERS; index++) {
      let highest = 0;
      for (let back = passed; back < RING; back++) {
        const rank = this.bytes[base + ((place - back + RING) % RING) * REGISTERS + index]!;
        if (rank > highest) highest = rank;
      }
      if (highest === 0) zeros++;
      sum += POWERS[highest]!;
    }
    return estimateOf(sum, zeros);
  }

  private grow(): void {
    const capacity = Math.min(this.most, Math.max(SMALLEST, this.capacity * 2));
    const buffer = this.allocate(capacity * SKETCH_BYTES);
    const bytes = new Uint8Array(buffer);
    bytes.set(this.bytes);
    this.bytes = bytes;
    this.words = new Int32Array(buffer);
    this.doubles = new Float64Array(buffer);
    for (let sketch = capacity - 1; sketch >= this.capacity; sketch--) this.free.push(sketch);
    this.capacity = capacity;
  }
}

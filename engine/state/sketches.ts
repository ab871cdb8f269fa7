/**
 * HyperLogLog sketches (P. Flajolet et al. 2007) of 128 registers, one for each of the 17 sub-windows that can hold live
 * events, in a bounded pool. The registers merged over the ring, their harmonic sum and the number of zeros are kept, so
 * that reading costs a logarithm at most; they are made anew when a sub-window passes. The sum is of multiples of 2^-33
 * below 2^8, so it is exact in a double whatever the order of additions.
 */
import type { Arena } from "./arena.ts";
import { ItemPool } from "./item-pool.ts";
import { RING } from "./sub-windows.ts";

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

const UPPER_HALF = 0xffff0000;

/** Bytes of one sketch. */
export const SKETCH_BYTES: number = STRIDE * 4;

/** The number that registers estimate (linear counting while it is small), rounded. */
function estimateOf(sum: number, zeros: number): number {
  const raw = (ALPHA * REGISTERS * REGISTERS) / sum;
  return Math.round(raw <= 2.5 * REGISTERS && zeros > 0 ? REGISTERS * Math.log(REGISTERS / zeros) : raw);
}

export class SketchPool extends ItemPool {
  private readonly state: Arena;

  constructor(arena: Arena, head: number) {
    super(arena, head, STRIDE);
    this.state = arena;
  }

  private get bytes(): Uint8Array {
    return this.state.bytes;
  }

  private get words(): Int32Array {
    return this.state.words;
  }

  private get doubles(): Float64Array {
    return this.state.doubles;
  }

  /** An empty sketch for the key with this hash, or `NONE` where there is no room. */
  takeFor(lo: number, hi: number): number {
    const sketch = this.take();
    if (sketch < 0) return sketch;
    this.touch(sketch);
    this.words.fill(0, sketch, sketch + STRIDE);
    this.words[sketch + ZEROS] = REGISTERS;
    this.words[sketch + OWNER_LO] = lo;
    this.words[sketch + OWNER_HI] = hi;
    this.doubles[sketch / 2 + SUM] = REGISTERS;
    return sketch;
  }

  override give(sketch: number): void {
    this.touch(sketch);
    this.words[sketch + OWNER_LO] = 0;
    this.words[sketch + OWNER_HI] = 0;
    super.give(sketch);
  }

  /** Whether a sketch that `next` found is a key's. */
  isTaken(sketch: number): boolean {
    return this.words[sketch + OWNER_LO] !== 0 || this.words[sketch + OWNER_HI] !== 0;
  }

  private touch(sketch: number): void {
    if (this.state.guard !== null) this.state.guard.before(sketch, STRIDE);
  }

  ownerLo(sketch: number): number {
    return this.words[sketch + OWNER_LO]!;
  }

  ownerHi(sketch: number): number {
    return this.words[sketch + OWNER_HI]!;
  }

  /** Enters a value's hash, of whose second half the upper 16 bits count, in the sub-window at a place of the ring. */
  add(sketch: number, place: number, lo: number, hi: number): void {
    this.touch(sketch);
    const base = sketch * 4;
    this.words[sketch + LATER_PASSED] = 0;
    const index = lo & (REGISTERS - 1);
    const rank = Math.min(HIGHEST_RANK, 1 + Math.clz32((hi & UPPER_HALF) | (lo >>> 16)));
    const register = base + place * REGISTERS + index;
    if (this.bytes[register]! < rank) this.bytes[register] = rank;
    this.raise(sketch, index, rank);
  }

  private raise(sketch: number, index: number, rank: number): void {
    const merged = sketch * 4 + MERGED + index;
    const before = this.bytes[merged]!;
    if (before >= rank) return;
    if (before === 0) this.words[sketch + ZEROS] = this.words[sketch + ZEROS]! - 1;
    this.doubles[sketch / 2 + SUM] = this.doubles[sketch / 2 + SUM]! + POWERS[rank]! - POWERS[before]!;
    this.bytes[merged] = rank;
  }

  /**
   * Clears the `passed` (at most 17) sub-windows that end at `place`. A merged register is looked for anew only where the highest rank was in
   * one of these, which is rare: most of a sketch is as it was.
   */
  turn(sketch: number, place: number, passed: number): void {
    this.touch(sketch);
    this.words[sketch + LATER_PASSED] = 0;
    for (let back = 0; back < passed; back++) {
      const ring = ((place - back + RING) % RING) * REGISTERS;
      for (let word = 0; word < REGISTERS / 4; word++) {
        if (this.words[sketch + ring / 4 + word] !== 0) this.clearWord(sketch, ring, word * 4);
      }
    }
  }

  /** Clears four registers of a sub-window, from `index` on. */
  private clearWord(sketch: number, ring: number, index: number): void {
    const { bytes } = this;
    const base = sketch * 4;
    for (let at = index; at < index + 4; at++) {
      const rank = bytes[base + ring + at]!;
      bytes[base + ring + at] = 0;
      if (rank > 0 && rank === bytes[base + MERGED + at]) this.lower(sketch, at);
    }
  }

  /** Merges a register anew that may be lower than it was. */
  private lower(sketch: number, index: number): void {
    const { bytes } = this;
    const base = sketch * 4 + index;
    const before = bytes[base + MERGED]!;
    let highest = 0;
    for (let ring = 0; ring < RING; ring++) {
      const rank = bytes[base + ring * REGISTERS]!;
      if (rank > highest) highest = rank;
    }
    if (highest === 0) this.words[sketch + ZEROS] = this.words[sketch + ZEROS]! + 1;
    this.doubles[sketch / 2 + SUM] = this.doubles[sketch / 2 + SUM]! + POWERS[highest]! - POWERS[before]!;
    bytes[base + MERGED] = highest;
  }

  /** The estimate at the latest event's sub-window. */
  estimate(sketch: number): number {
    return estimateOf(this.doubles[sketch / 2 + SUM]!, this.words[sketch + ZEROS]!);
  }

  /**
   * The estimate once the `passed` (at least 1) sub-windows that end at `place` have come since. It is worked out once for
   * each sub-window in which nothing is added: a refused caller's key is read often and added to no more.
   */
  estimateLater(sketch: number, place: number, passed: number): number {
    if (this.words[sketch + LATER_PASSED] !== passed) {
      this.touch(sketch);
      this.doubles[sketch / 2 + LATER] = this.mergeLater(sketch, place, passed);
      this.words[sketch + LATER_PASSED] = passed;
    }
    return this.doubles[sketch / 2 + LATER]!;
  }

  private mergeLater(sketch: number, place: number, passed: number): number {
    const base = sketch * 4;
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
}

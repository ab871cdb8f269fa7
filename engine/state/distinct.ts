/**
 * The `distinct` of a signal by key: while at most 16 values live at once their hashes are kept, each with the age of its
 * latest event, and the count is exact. The event that would make 17 moves the key to a sketch, until it empties.
 */
import { type Arena, NONE, PAGE_BYTES } from "./arena.ts";
import { SketchPool } from "./sketches.ts";
import { RING, SubWindows } from "./sub-windows.ts";
import { HashTable } from "./table.ts";
import { POOL } from "./table-head.ts";

const EXACT = 16;
/** Sketches looked at to find one to drop, and to find one that is not of a client of the inventory. */
const LOOKED = 16;
const LOOKED_FOR_OTHERS = 128;

// Entry: hash (words 0, 1), latest sub-window (double 1), values held or SKETCHED (word 4), sketch (word 5), ages in
// sub-windows (16 bytes from word 6), 48 bits of the values' hashes (16 words from word 10, 16 halves of words from word 26). Two of
// 16 values share them with a chance of about 2^-41.
const LATEST = 1;
const HELD = 4;
const SKETCH = 5;
const AGES = 6;
const VALUES = 10;
const HALVES = VALUES + EXACT;
const STRIDE = HALVES + EXACT / 2;
/** Bytes of an entry without its sketch. */
export const DISTINCT_BYTES: number = STRIDE * 4;
const SKETCHED = -1;

/** Share of the budget that goes to entries; sketches have the rest. */
export const DISTINCT_SHARE = 0.5;

/** Distinct values of one signal, 136 bytes a key and 2.3 KB more while it is sketched. */
export class DistinctTable extends HashTable {
  private readonly window: SubWindows;
  private readonly sketches: SketchPool;

  constructor(windowMicros: number, arena: Arena, head: number) {
    super(STRIDE, arena, head);
    this.window = new SubWindows(windowMicros);
    this.sketches = new SketchPool(arena, head + POOL);
  }

  override get bytes(): number {
    return super.bytes + this.sketches.pages * PAGE_BYTES;
  }

  override setBudget(budget: number): void {
    this.sketches.budget = this.shareBudget(budget, DISTINCT_SHARE);
  }

  override get isTooLarge(): boolean {
    return super.isTooLarge || this.sketches.pages > this.sketches.budget;
  }

  override shrink(now: number): void {
    if (super.isTooLarge) super.shrink(now);
    else this.dropSketched(now);
  }

  /** Records an event of a key with a value's hash. */
  record(lo: number, hi: number, valueLo: number, valueHi: number, now: number): void {
    const { window } = this;
    window.turnTo(now);
    let at = this.find(lo, hi);
    if (at < 0) {
      at = this.insert(lo, hi, now);
      this.doubles[at / 2 + LATEST] = window.current;
    } else this.touch(at);
    const passed = window.current - this.doubles[at / 2 + LATEST]!;
    if (passed > 0) this.forget(at, passed);
    if (this.words[at + HELD] === SKETCHED) this.sketches.add(this.words[at + SKETCH]!, window.place, valueLo, valueHi);
    else this.hold(at, valueLo, valueHi, now);
  }

  /** Distinct values of a key that live at `now`. */
  read(lo: number, hi: number, now: number): number {
    const { window, words } = this;
    const at = this.find(lo, hi);
    if (at < 0) return 0;
    window.turnTo(now);
    const passed = window.current - this.doubles[at / 2 + LATEST]!;
    if (passed >= RING) return 0;
    const held = words[at + HELD]!;
    if (held === SKETCHED) {
      const sketch = words[at + SKETCH]!;
      return passed <= 0 ? this.sketches.estimate(sketch) : this.sketches.estimateLater(sketch, window.place, passed);
    }
    if (passed <= 0) return held;
    let living = 0;
    for (let index = 0; index < held; index++) if (this.age(at, index) + passed < RING) living++;
    return living;
  }

  private age(at: number, index: number): number {
    return (this.words[at + AGES + (index >> 2)]! >>> ((index & 3) * 8)) & 255;
  }

  private setAge(at: number, index: number, age: number): void {
    const word = at + AGES + (index >> 2);
    const shift = (index & 3) * 8;
    this.words[word] = (this.words[word]! & ~(255 << shift)) | (age << shift);
  }

  private half(at: number, index: number): number {
    return (this.words[at + HALVES + (index >> 1)]! >>> ((index & 1) * 16)) & 0xffff;
  }

  private setHalf(at: number, index: number, half: number): void {
    const word = at + HALVES + (index >> 1);
    const shift = (index & 1) * 16;
    this.words[word] = (this.words[word]! & ~(0xffff << shift)) | (half << shift);
  }

  /** Lets `passed` sub-windows go by: drops the values that no longer live, and the sketch if none can. */
  private forget(at: number, passed: number): void {
    const { words, window } = this;
    this.doubles[at / 2 + LATEST] = window.current;
    if (words[at + HELD] === SKETCHED) {
      if (passed < RING) return this.sketches.turn(words[at + SKETCH]!, window.place, passed);
      this.sketches.give(words[at + SKETCH]!);
      words[at + HELD] = 0;
      return;
    }
    let kept = 0;
    for (let index = 0; index < words[at + HELD]!; index++) {
      const age = this.age(at, index) + passed;
      if (age >= RING) continue;
      words[at + VALUES + kept] = words[at + VALUES + index]!;
      this.setHalf(at, kept, this.half(at, index));
      this.setAge(at, kept++, age);
    }
    words[at + HELD] = kept;
  }

  private hold(at: number, valueLo: number, valueHi: number, now: number): void {
    const { words } = this;
    const half = valueHi >>> 16;
    const held = words[at + HELD]!;
    for (let index = 0; index < held; index++) {
      if (words[at + VALUES + index] !== valueLo || this.half(at, index) !== half) continue;
      return this.setAge(at, index, 0);
    }
    if (held === EXACT) return this.turnToSketch(words[at]!, words[at + 1]!, valueLo, valueHi, now);
    words[at + VALUES + held] = valueLo;
    this.setHalf(at, held, half);
    this.setAge(at, held, 0);
    words[at + HELD] = held + 1;
  }

  /** Slow path: enters the values held, each in the sub-window of its latest event, and the new one. */
  private turnToSketch(lo: number, hi: number, valueLo: number, valueHi: number, now: number): void {
    let sketch = this.sketches.takeFor(lo, hi);
    if (sketch < 0) {
      this.dropSketched(now);
      sketch = this.sketches.takeFor(lo, hi);
    }
    const at = this.find(lo, hi);
    for (let index = 0; index < EXACT; index++) {
      const place = (this.window.place - this.age(at, index) + RING) % RING;
      this.sketches.add(sketch, place, this.words[at + VALUES + index]!, this.half(at, index) << 16);
    }
    this.sketches.add(sketch, this.window.place, valueLo, valueHi);
    this.words[at + HELD] = SKETCHED;
    this.words[at + SKETCH] = sketch;
  }

  /** Drops the sketched key that was seen least recently among some after the last one dropped. */
  private dropSketched(now: number): void {
    let oldest = NONE;
    let isReserved = true;
    for (let looked = 0; looked < LOOKED || oldest === NONE || (isReserved && looked < LOOKED_FOR_OTHERS); looked++) {
      const sketch = this.sketches.next();
      if (!this.sketches.isTaken(sketch)) continue;
      const at = this.find(this.sketches.ownerLo(sketch), this.sketches.ownerHi(sketch));
      const stays = this.isReserved(at);
      const isWorse = stays === isReserved ? oldest !== NONE && this.seenAt(at) >= this.seenAt(oldest) : stays;
      if (isWorse) continue;
      oldest = at;
      isReserved = stays;
    }
    this.drop(oldest, this.isFresh(oldest, now), now);
  }

  protected isFresh(at: number, now: number): boolean {
    this.window.turnTo(now);
    return this.window.current - this.seenAt(at) >= RING;
  }

  protected seenAt(at: number): number {
    return this.doubles[at / 2 + LATEST]!;
  }

  protected release(at: number): void {
    if (this.words[at + HELD] === SKETCHED) this.sketches.give(this.words[at + SKETCH]!);
  }
}

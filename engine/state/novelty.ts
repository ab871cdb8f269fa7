/**
 * The `novel` of a signal by key: the hashes of the latest 32 values that were served, each with its latest time. Past 32 the
 * value whose time is oldest is forgotten, so a key with many values errs towards new.
 */
import type { Arena } from "./arena.ts";
import { HashTable } from "./table.ts";

const VALUES = 32;

// Entry: hash (words 0, 1), values held (word 2), since when there has been one (double 2), hashes of the values (32 pairs
// from word 6), their times (doubles 35 to 66).
const HELD = 2;
const SINCE = 2;
const HASHES = 6;
const TIMES = HASHES / 2 + VALUES;
const STRIDE = 2 * (TIMES + VALUES);
/** Bytes of an entry. */
export const NOVEL_BYTES: number = STRIDE * 4;

/** A key younger than the window's length divided by this finds nothing new. */
const YOUTH = 8;

/** Served values of one signal, 536 bytes a key. */
export class NovelTable extends HashTable {
  private readonly windowMicros: number;

  constructor(windowMicros: number, arena: Arena, head: number) {
    super(STRIDE, arena, head);
    this.windowMicros = windowMicros;
  }

  /** Learns a value of a key. */
  teach(lo: number, hi: number, valueLo: number, valueHi: number, now: number): void {
    let at = this.find(lo, hi);
    if (at < 0) at = this.insert(lo, hi, now);
    else this.touch(at);
    if (this.living(at, now) === 0) {
      this.words[at + HELD] = 0;
      this.doubles[at / 2 + SINCE] = now;
    }
    const known = this.placeOf(at, valueLo, valueHi);
    const index = known < 0 ? this.placeFor(at, valueLo, valueHi) : known;
    this.doubles[at / 2 + TIMES + index] = now;
  }

  /** Whether a value is in no event of a key that lives at `now`, and the key has been known for an eighth of the window. */
  isNew(lo: number, hi: number, valueLo: number, valueHi: number, now: number): boolean {
    const at = this.find(lo, hi);
    if (at < 0) return false;
    if (this.living(at, now) === 0 || now - this.doubles[at / 2 + SINCE]! < this.windowMicros / YOUTH) return false;
    const index = this.placeOf(at, valueLo, valueHi);
    return index < 0 || !this.lives(at, index, now);
  }

  /** Values of a key that live at `now`. */
  read(lo: number, hi: number, now: number): number {
    const at = this.find(lo, hi);
    return at < 0 ? 0 : this.living(at, now);
  }

  private lives(at: number, index: number, now: number): boolean {
    return now - this.doubles[at / 2 + TIMES + index]! < this.windowMicros;
  }

  private living(at: number, now: number): number {
    let count = 0;
    for (let index = 0; index < this.words[at + HELD]!; index++) if (this.lives(at, index, now)) count++;
    return count;
  }

  private placeOf(at: number, valueLo: number, valueHi: number): number {
    const { words } = this;
    const end = at + HASHES + 2 * words[at + HELD]!;
    for (let word = at + HASHES; word < end; word += 2) {
      if (words[word] === valueLo && words[word + 1] === valueHi) return (word - at - HASHES) / 2;
    }
    return -1;
  }

  /** A place for a new value: a free one, or that of the value taught least recently. */
  private placeFor(at: number, valueLo: number, valueHi: number): number {
    const { words } = this;
    const held = words[at + HELD]!;
    const index = held === VALUES ? this.oldest(at) : held;
    if (index === held) words[at + HELD] = held + 1;
    words[at + HASHES + 2 * index] = valueLo;
    words[at + HASHES + 2 * index + 1] = valueHi;
    return index;
  }

  /** The value that was taught least recently; among equals the one in the lowest place. */
  private oldest(at: number): number {
    const times = at / 2 + TIMES;
    let oldest = 0;
    for (let index = 1; index < this.words[at + HELD]!; index++) {
      if (this.doubles[times + index]! < this.doubles[times + oldest]!) oldest = index;
    }
    return oldest;
  }

  protected isFresh(at: number, now: number): boolean {
    return this.living(at, now) === 0;
  }

  protected seenAt(at: number): number {
    let latest = 0;
    for (let index = 0; index < this.words[at + HELD]!; index++) {
      latest = Math.max(latest, this.doubles[at / 2 + TIMES + index]!);
    }
    return latest;
  }

  protected release(): void {}
}

/**
 * The `overflow` of a signal by key: a leaky bucket that holds C events and loses N of them every L. It is kept as the time
 * at which it would be empty, which is the arrival time of the generic cell rate algorithm, in whole microseconds and an
 * exact fraction. Where events are told apart by a value, the bucket remembers the latest values it has counted.
 */
import type { Rate } from "../policy.ts";
import { type ExactRate, exactRate } from "../exact-rate.ts";
import type { Arena } from "./arena.ts";
import { HashTable } from "./table.ts";

/** Values that a bucket remembers. */
const SEEN_VALUES = 128;

// Entry: hash (words 0, 1), time of emptiness and its numerator (doubles 1, 2), time of the latest overflow (double 3).
const EMPTY = 1;
const PART = 2;
const OVERFLOW = 3;
const STRIDE = 8;
// With values: time of the latest event counted (double 4), values held and place of the next (words 10, 11), their
// hashes as a ring (pairs from word 12).
const COUNTED = 4;
const HELD = 10;
const NEXT = 11;
const HASHES = 12;
const VALUES_STRIDE = HASHES + 2 * SEEN_VALUES;
/** Bytes of an entry without values. */
export const OVERFLOW_BYTES: number = STRIDE * 4;
/** Bytes of an entry with values. */
export const OVERFLOW_VALUES_BYTES: number = VALUES_STRIDE * 4;

/** Buckets of one signal, 32 bytes a key, 1,072 with values. */
export class OverflowTable extends HashTable {
  private readonly windowMicros: number;
  private readonly rate: ExactRate;
  private readonly hasValues: boolean;
  /** Time after which a bucket in which nothing was counted has forgotten its values. */
  private readonly memoryMicros: number;

  /** @param rate - Leaks `allow` events every `perMicros`, and holds `burst`. */
  constructor(rate: Rate, hasValues: boolean, windowMicros: number, arena: Arena, head: number) {
    super(hasValues ? VALUES_STRIDE : STRIDE, arena, head);
    this.windowMicros = windowMicros;
    this.rate = exactRate(rate);
    this.hasValues = hasValues;
    this.memoryMicros = exactRate({ ...rate, burst: rate.burst + 1 }).burstWhole;
  }

  /** Counts an event of a key. */
  record(lo: number, hi: number, now: number): void {
    const at = this.enter(lo, hi, now);
    if (this.fill(at, now)) this.overflow(at, now);
  }

  /** Counts an event of a key, unless the bucket has seen its value. */
  recordValue(lo: number, hi: number, valueLo: number, valueHi: number, now: number): void {
    const at = this.enter(lo, hi, now);
    if (now - this.doubles[at / 2 + COUNTED]! > this.memoryMicros) this.empty(at);
    if (this.hasSeen(at, valueLo, valueHi)) return;
    if (this.fill(at, now)) {
      this.overflow(at, now);
      this.empty(at);
      return;
    }
    this.remember(at, valueLo, valueHi);
    this.doubles[at / 2 + COUNTED] = now;
  }

  /** 1 if a key's latest overflow is less than the window's length ago, else 0. */
  read(lo: number, hi: number, now: number): number {
    const at = this.find(lo, hi);
    return at >= 0 && this.isOverflowing(at, now) ? 1 : 0;
  }

  private isOverflowing(at: number, now: number): boolean {
    return now - this.doubles[at / 2 + OVERFLOW]! < this.windowMicros;
  }

  private enter(lo: number, hi: number, now: number): number {
    const known = this.find(lo, hi);
    if (known >= 0) {
      this.touch(known);
      return known;
    }
    const at = this.insert(lo, hi, now);
    this.doubles[at / 2 + OVERFLOW] = -Infinity;
    if (this.hasValues) this.empty(at);
    return at;
  }

  /** Adds one event to the level; where the bucket cannot hold it, changes nothing and says so. */
  private fill(at: number, now: number): boolean {
    const { doubles, rate } = this;
    const ahead = doubles[at / 2 + EMPTY]! >= now;
    let whole = (ahead ? doubles[at / 2 + EMPTY]! : now) + rate.unitWhole;
    let part = (ahead ? doubles[at / 2 + PART]! : 0) + rate.unitPart;
    if (part >= rate.denominator) {
      whole++;
      part -= rate.denominator;
    }
    const most = now + rate.burstWhole;
    if (whole > most || (whole === most && part > rate.burstPart)) return true;
    doubles[at / 2 + EMPTY] = whole;
    doubles[at / 2 + PART] = part;
    return false;
  }

  /** Empties the bucket; an overflow while another one lives does not count. */
  private overflow(at: number, now: number): void {
    this.doubles[at / 2 + EMPTY] = 0;
    this.doubles[at / 2 + PART] = 0;
    if (!this.isOverflowing(at, now)) this.doubles[at / 2 + OVERFLOW] = now;
  }

  /** Empties a bucket and what it has seen. */
  private empty(at: number): void {
    this.doubles[at / 2 + EMPTY] = 0;
    this.doubles[at / 2 + PART] = 0;
    this.doubles[at / 2 + COUNTED] = -Infinity;
    this.words[at + HELD] = 0;
    this.words[at + NEXT] = 0;
  }

  private hasSeen(at: number, valueLo: number, valueHi: number): boolean {
    const { words } = this;
    const end = at + HASHES + 2 * words[at + HELD]!;
    for (let word = at + HASHES; word < end; word += 2) {
      if (words[word] === valueLo && words[word + 1] === valueHi) return true;
    }
    return false;
  }

  /** Takes the place of the oldest where there are as many as can be. */
  private remember(at: number, valueLo: number, valueHi: number): void {
    const { words } = this;
    const place = words[at + NEXT]!;
    words[at + HASHES + 2 * place] = valueLo;
    words[at + HASHES + 2 * place + 1] = valueHi;
    words[at + NEXT] = (place + 1) % SEEN_VALUES;
    words[at + HELD] = Math.min(SEEN_VALUES, words[at + HELD]! + 1);
  }

  protected isFresh(at: number, now: number): boolean {
    const { doubles } = this;
    if (this.isOverflowing(at, now) || doubles[at / 2 + EMPTY]! >= now) return false;
    return !this.hasValues || now - doubles[at / 2 + COUNTED]! > this.memoryMicros;
  }

  /** Whichever is later: the time of emptiness stands for the latest event. */
  protected seenAt(at: number): number {
    const from = at / 2;
    return Math.max(this.doubles[from + EMPTY]!, this.doubles[from + OVERFLOW]!);
  }

  protected release(): void {}
}

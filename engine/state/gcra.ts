/**
 * Limits of N per D by the generic cell rate algorithm (ITU-T I.371), exactly: the theoretical arrival time (TAT) is kept as
 * whole microseconds and a fraction whose denominator is N in lowest terms, so D/N is never rounded, in nobody's favour.
 */
import type { LimitState } from "../contract.ts";
import type { Rate } from "../policy.ts";
import type { Charge } from "./charge.ts";
import { type Allocate, HashTable } from "./table.ts";

/** A rate with what every charge needs of it. A time of `w + f / denominator` microseconds is the pair (w, f). */
export interface ExactRate {
  /** As declared. */
  readonly allow: number;
  readonly perMicros: number;
  /** D/N in lowest terms: `step` microseconds for `denominator` units. */
  readonly step: number;
  readonly denominator: number;
  /** D/N as a pair, and the burst's B·D/N. */
  readonly unitWhole: number;
  readonly unitPart: number;
  readonly burst: number;
  readonly burstWhole: number;
  readonly burstPart: number;
}

/** A pair, reused. */
interface Span {
  whole: number;
  part: number;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Units times D/N. Products past 2^53 are made with big integers, which allocate; such rates are rare. */
function times(units: number, step: number, denominator: number, out: Span): void {
  const rest = step % denominator;
  const unit = (step - rest) / denominator;
  const small = units * rest;
  const whole = units * unit;
  if (small + whole <= Number.MAX_SAFE_INTEGER) {
    const part = small % denominator;
    out.whole = whole + (small - part) / denominator;
    out.part = part;
    return;
  }
  const product = BigInt(units) * BigInt(step);
  out.whole = Number(product / BigInt(denominator));
  out.part = Number(product % BigInt(denominator));
}

/** Prepares a rate. */
export function exactRate({ allow, perMicros, burst }: Rate): ExactRate {
  const divisor = gcd(perMicros, allow);
  const step = perMicros / divisor;
  const denominator = allow / divisor;
  const unit = { whole: 0, part: 0 };
  const full = { whole: 0, part: 0 };
  times(1, step, denominator, unit);
  times(burst, step, denominator, full);
  return {
    allow,
    perMicros,
    step,
    denominator,
    unitWhole: unit.whole,
    unitPart: unit.part,
    burst,
    burstWhole: full.whole,
    burstPart: full.part,
  };
}

// Entry: hash (words 0, 1), second seen (word 2), TAT whole, part, denominator (doubles 2, 3, 4).
const STRIDE = 10;
/** Bytes of an entry. */
export const GCRA_BYTES: number = STRIDE * 4;
const SEEN = 2;
const WHOLE = 2;
const PART = 3;
const DENOMINATOR = 4;

/** Arrival times of one limit, 40 bytes a key. */
export class GcraTable extends HashTable {
  private readonly cost: Span = { whole: 0, part: 0 };

  constructor(budget: number, allocate: Allocate) {
    super(STRIDE, budget, allocate);
  }

  /** Asks what a charge of `cost` units would do; changes nothing but the time the key was seen. */
  ask(lo: number, hi: number, rate: ExactRate, cost: number, now: number, out: Charge): void {
    const slot = this.find(lo, hi);
    out.lo = lo;
    out.hi = hi;
    out.slot = slot;
    out.rate = rate;
    out.cost = cost;
    out.fits = cost <= rate.burst;
    out.beforeWhole = now;
    out.beforePart = 0;
    if (slot >= 0) this.readArrival(slot, rate, now, out);
    const { cost: span } = this;
    if (cost === 1) {
      span.whole = rate.unitWhole;
      span.part = rate.unitPart;
    } else times(cost, rate.step, rate.denominator, span);
    let whole = out.beforeWhole + span.whole;
    let part = out.beforePart + span.part;
    if (part >= rate.denominator) {
      whole++;
      part -= rate.denominator;
    }
    out.afterWhole = whole;
    out.afterPart = part;
    // ceil(whole + part/d - burstWhole - burstPart/d - now), and -1 < part - burstPart < 1 in units of d.
    out.wait = whole - rate.burstWhole - now + (part > rate.burstPart ? 1 : 0);
  }

  /** The entry's TAT if it is ahead of now, in the rate's own fraction; another one rounds up to a whole microsecond. */
  private readArrival(slot: number, rate: ExactRate, now: number, out: Charge): void {
    const at = (slot * this.stride) / 2;
    let whole = this.doubles[at + WHOLE]!;
    let part = this.doubles[at + PART]!;
    if (part > 0 && this.doubles[at + DENOMINATOR] !== rate.denominator) {
      whole++;
      part = 0;
    }
    this.words[slot * this.stride + SEEN] = now / 1e6;
    if (whole < now) return;
    out.beforeWhole = whole;
    out.beforePart = part;
  }

  /** Makes a charge that was asked about at this same time. */
  charge({ lo, hi, slot: known, rate, afterWhole, afterPart }: Charge, now: number): void {
    const slot = known >= 0 ? known : this.insert(lo, hi, now);
    const at = (slot * this.stride) / 2;
    this.words[slot * this.stride + SEEN] = now / 1e6;
    this.doubles[at + WHOLE] = afterWhole;
    this.doubles[at + PART] = afterPart;
    this.doubles[at + DENOMINATOR] = rate.denominator;
  }

  /**
   * Takes back a charge of `cost` units of a rate. Where the fraction is of another rate by now, less than a microsecond of it
   * is lost.
   */
  giveBack(lo: number, hi: number, cost: number, step: number, denominator: number): void {
    const slot = this.find(lo, hi);
    if (slot < 0) return;
    const at = (slot * this.stride) / 2;
    const { doubles, cost: span } = this;
    times(cost, step, denominator, span);
    doubles[at + WHOLE] = doubles[at + WHOLE]! - span.whole;
    if (doubles[at + DENOMINATOR] !== denominator) return;
    const part = doubles[at + PART]! - span.part;
    doubles[at + PART] = part < 0 ? part + denominator : part;
    if (part < 0) doubles[at + WHOLE] = doubles[at + WHOLE]! - 1;
  }

  /** How much of its burst a key has used, in percent. */
  used(lo: number, hi: number, { allow, perMicros, burst }: ExactRate, now: number): number {
    const slot = this.find(lo, hi);
    const at = (slot * this.stride) / 2;
    if (slot < 0 || this.doubles[at + WHOLE]! < now) return 0;
    const ahead = this.doubles[at + WHOLE]! - now + this.doubles[at + PART]! / this.doubles[at + DENOMINATOR]!;
    return Math.min(100, (100 * ahead * allow) / (burst * perMicros));
  }

  /** When a key is full again, exactly. */
  state(lo: number, hi: number, now: number): LimitState {
    const slot = this.find(lo, hi);
    const at = (slot * this.stride) / 2;
    const whole = slot < 0 ? -1 : this.doubles[at + WHOLE]!;
    if (whole < now) return { fullInMicros: 0, numerator: 0, denominator: 1 };
    const numerator = this.doubles[at + PART]!;
    return { fullInMicros: whole - now, numerator, denominator: numerator === 0 ? 1 : this.doubles[at + DENOMINATOR]! };
  }

  /** A TAT that has passed is that of a new key. */
  protected isFresh(slot: number, now: number): boolean {
    return this.doubles[(slot * this.stride) / 2 + WHOLE]! < now;
  }

  protected seenAt(slot: number): number {
    return this.words[slot * this.stride + SEEN]! >>> 0;
  }

  protected release(): void {}
}

function isLess(units: number, rate: ExactRate, whole: number, part: number, scratch: Span): boolean {
  times(units, rate.step, rate.denominator, scratch);
  return scratch.whole < whole || (scratch.whole === whole && scratch.part < part);
}

/**
 * Whole units left when the limit is full again in `whole + part / denominator` microseconds: the burst less the units,
 * rounded up, that such a time stands for.
 */
export function unitsLeft(rate: ExactRate, whole: number, part: number): number {
  const scratch = { whole: 0, part: 0 };
  let used = Math.floor(((whole + part / rate.denominator) * rate.denominator) / rate.step);
  while (isLess(used, rate, whole, part, scratch)) used++;
  while (used > 0 && !isLess(used - 1, rate, whole, part, scratch)) used--;
  return Math.max(0, rate.burst - used);
}

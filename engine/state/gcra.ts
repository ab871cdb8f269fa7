/**
 * Limits of N per D by the generic cell rate algorithm (ITU-T I.371), exactly: the theoretical arrival time (TAT) is kept as
 * whole microseconds and a fraction whose denominator is N in lowest terms, so D/N is never rounded, in nobody's favour.
 */
import type { LimitState } from "../contract.ts";
import type { Rate } from "../policy.ts";
import type { Charge } from "./charge.ts";
import type { Arena } from "./arena.ts";
import { HashTable } from "./table.ts";

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

  constructor(arena: Arena, head: number) {
    super(STRIDE, arena, head);
  }

  /** Asks what a charge of `cost` units would do; changes nothing but the time the key was seen. */
  ask(lo: number, hi: number, rate: ExactRate, cost: number, now: number, out: Charge): void {
    const at = this.find(lo, hi);
    out.lo = lo;
    out.hi = hi;
    out.at = at;
    out.rate = rate;
    out.cost = cost;
    out.fits = cost <= rate.burst;
    out.beforeWhole = now;
    out.beforePart = 0;
    if (at >= 0) this.readArrival(at, rate, now, out);
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
  private readArrival(at: number, rate: ExactRate, now: number, out: Charge): void {
    const { doubles } = this;
    const from = at / 2;
    let whole = doubles[from + WHOLE]!;
    let part = doubles[from + PART]!;
    if (part > 0 && doubles[from + DENOMINATOR] !== rate.denominator) {
      whole++;
      part = 0;
    }
    this.see(at, now);
    if (whole < now) return;
    out.beforeWhole = whole;
    out.beforePart = part;
  }

  private see(at: number, now: number): void {
    // As it is stored: seconds modulo 2^32.
    const second = Math.floor(now / 1e6) | 0;
    if (this.words[at + SEEN] === second) return;
    this.touch(at);
    this.words[at + SEEN] = second;
  }

  /** Makes a charge that was asked about at this same time. */
  charge({ lo, hi, at: known, rate, afterWhole, afterPart }: Charge, now: number): void {
    const at = known >= 0 ? known : this.insert(lo, hi, now);
    const from = at / 2;
    this.touch(at);
    this.words[at + SEEN] = now / 1e6;
    this.doubles[from + WHOLE] = afterWhole;
    this.doubles[from + PART] = afterPart;
    this.doubles[from + DENOMINATOR] = rate.denominator;
  }

  /**
   * Takes back a charge of `cost` units of a rate. Where the fraction is of another rate by now, less than a microsecond of it
   * is lost.
   */
  giveBack(lo: number, hi: number, cost: number, step: number, denominator: number): void {
    const at = this.find(lo, hi);
    if (at < 0) return;
    this.touch(at);
    const from = at / 2;
    const { doubles, cost: span } = this;
    times(cost, step, denominator, span);
    doubles[from + WHOLE] = doubles[from + WHOLE]! - span.whole;
    if (doubles[from + DENOMINATOR] !== denominator) return;
    const part = doubles[from + PART]! - span.part;
    doubles[from + PART] = part < 0 ? part + denominator : part;
    if (part < 0) doubles[from + WHOLE] = doubles[from + WHOLE]! - 1;
  }

  /** How much of its burst a key has used, in percent. */
  used(lo: number, hi: number, { allow, perMicros, burst }: ExactRate, now: number): number {
    const at = this.find(lo, hi);
    const from = at / 2;
    if (at < 0 || this.doubles[from + WHOLE]! < now) return 0;
    const ahead = this.doubles[from + WHOLE]! - now + this.doubles[from + PART]! / this.doubles[from + DENOMINATOR]!;
    return Math.min(100, (100 * ahead * allow) / (burst * perMicros));
  }

  /** When a key is full again, exactly. */
  state(lo: number, hi: number, now: number): LimitState {
    const at = this.find(lo, hi);
    const from = at / 2;
    const whole = at < 0 ? -1 : this.doubles[from + WHOLE]!;
    if (whole < now) return { fullInMicros: 0, numerator: 0, denominator: 1 };
    const numerator = this.doubles[from + PART]!;
    return {
      fullInMicros: whole - now,
      numerator,
      denominator: numerator === 0 ? 1 : this.doubles[from + DENOMINATOR]!,
    };
  }

  /** A TAT that has passed is that of a new key. */
  protected isFresh(at: number, now: number): boolean {
    return this.doubles[at / 2 + WHOLE]! < now;
  }

  protected seenAt(at: number): number {
    return this.words[at + SEEN]! >>> 0;
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

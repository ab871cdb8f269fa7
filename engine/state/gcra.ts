/**
 * Limits of N per D by the generic cell rate algorithm (ITU-T I.371), exactly: the theoretical arrival time (TAT) is kept as
 * whole microseconds and a fraction whose denominator is N in lowest terms, so D/N is never rounded, in nobody's favour.
 */
import type { LimitState } from "../contract.ts";
import { type ExactRate, type Span, times } from "../exact-rate.ts";
import type { Charge } from "./charge.ts";
import type { Arena } from "./arena.ts";
import { SketchedTable } from "./sketched-table.ts";
import { TimeSketch } from "./time-sketch.ts";

// Entry: hash (words 0, 1), TAT whole (double 1), part and denominator (words 4, 5, unsigned).
const STRIDE = 6;
/** Bytes of an entry. */
export const GCRA_BYTES: number = STRIDE * 4;
const WHOLE = 1;
const PART = 4;
const DENOMINATOR = 5;

/**
 * A denominator that does not fit into a word, of rates beyond four billion units a period, is written as 0, and the part in units
 * of 2^-32 microseconds, rounded up.
 */
const WORD = 2 ** 32;

/**
 * Arrival times of one limit, 24 bytes a key. Room is made where a key would be full again soonest: that says least about it, and a
 * caller who comes again and again is not that key.
 */
export class GcraTable extends SketchedTable<TimeSketch> {
  private readonly cost: Span = { whole: 0, part: 0 };

  constructor(arena: Arena, head: number) {
    super(STRIDE, arena, head, new TimeSketch(arena, head));
  }

  /** Asks what a charge of `cost` units would do; changes no key's state. */
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
    out.sketched = false;
    if (at >= 0) this.readArrival(at, rate, now, out);
    else if (this.hasSketched) this.readSketch(lo, hi, now, out);
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
    const whole = this.doubles[at / 2 + WHOLE]!;
    if (whole < now) return;
    const part = this.partAt(at, rate.denominator);
    out.beforeWhole = part < 0 ? whole + 1 : whole;
    out.beforePart = part < 0 ? 0 : part;
  }

  private readSketch(lo: number, hi: number, now: number, out: Charge): void {
    const time = this.sketch!.time(lo, hi);
    if (time <= now) return;
    out.beforeWhole = time;
    out.sketched = true;
    this.countSketched();
  }

  /** An entry's part for a denominator; -1 where it is of another. */
  private partAt(at: number, denominator: number): number {
    const { words } = this;
    const part = words[at + PART]! >>> 0;
    const own = words[at + DENOMINATOR]! >>> 0;
    if (part === 0 || own === denominator) return part;
    return own === 0 && denominator >= WORD ? Math.ceil((part / WORD) * denominator) : -1;
  }

  private write(at: number, whole: number, part: number, denominator: number): void {
    const { words, doubles } = this;
    const isWide = denominator >= WORD && part > 0;
    const stored = isWide ? Math.floor((part / denominator) * WORD) + 1 : part;
    const carried = stored === WORD;
    doubles[at / 2 + WHOLE] = carried ? whole + 1 : whole;
    words[at + PART] = carried ? 0 : stored;
    words[at + DENOMINATOR] = isWide ? 0 : denominator;
  }

  /** Makes a charge that was asked about at this same time. */
  charge({ lo, hi, at: known, rate, afterWhole, afterPart }: Charge, now: number): void {
    const at = known >= 0 ? known : this.insert(lo, hi, now);
    this.touch(at);
    this.write(at, afterWhole, afterPart, rate.denominator);
  }

  /**
   * Takes back a charge of `cost` units of a rate. Where the fraction is of another rate by now, less than a microsecond of it
   * is lost. What was dropped meanwhile stays charged.
   */
  giveBack(lo: number, hi: number, cost: number, step: number, denominator: number): void {
    const at = this.find(lo, hi);
    if (at < 0) return;
    this.touch(at);
    const { doubles, cost: span } = this;
    times(cost, step, denominator, span);
    const whole = doubles[at / 2 + WHOLE]! - span.whole;
    const part = this.partAt(at, denominator) - span.part;
    if (this.partAt(at, denominator) < 0) doubles[at / 2 + WHOLE] = whole;
    else this.write(at, part < 0 ? whole - 1 : whole, part < 0 ? part + denominator : part, denominator);
  }

  /** How much of its burst a key has used, in percent. */
  used(lo: number, hi: number, { allow, perMicros, burst }: ExactRate, now: number): number {
    const at = this.find(lo, hi);
    const ahead = at < 0 ? this.sketchedIn(lo, hi, now) : this.doubles[at / 2 + WHOLE]! - now + this.fractionAt(at);
    return ahead <= 0 ? 0 : Math.min(100, (100 * ahead * allow) / (burst * perMicros));
  }

  /** Microseconds until a key without an entry is full again; 0 where nothing is known of it. */
  private sketchedIn(lo: number, hi: number, now: number): number {
    return this.hasSketched ? Math.max(0, this.sketch!.time(lo, hi) - now) : 0;
  }

  /** An entry's part, in microseconds. */
  private fractionAt(at: number): number {
    const part = this.words[at + PART]! >>> 0;
    return part === 0 ? 0 : part / (this.words[at + DENOMINATOR]! >>> 0 || WORD);
  }

  /** When a key is full again, exactly; of a dropped key no sooner than that. */
  state(lo: number, hi: number, now: number): LimitState {
    const at = this.find(lo, hi);
    if (at < 0) return { fullInMicros: this.sketchedIn(lo, hi, now), numerator: 0, denominator: 1 };
    const whole = this.doubles[at / 2 + WHOLE]!;
    if (whole < now) return { fullInMicros: 0, numerator: 0, denominator: 1 };
    const numerator = this.words[at + PART]! >>> 0;
    const denominator = this.words[at + DENOMINATOR]! >>> 0;
    return { fullInMicros: whole - now, numerator, denominator: numerator === 0 ? 1 : denominator || WORD };
  }

  /** A TAT that has passed is that of a new key. */
  protected isFresh(at: number, now: number): boolean {
    return this.doubles[at / 2 + WHOLE]! < now;
  }

  protected seenAt(at: number): number {
    return this.doubles[at / 2 + WHOLE]!;
  }

  protected override sketchDropped(at: number): void {
    const { words, doubles } = this;
    const rest = words[at + PART] === 0 ? 0 : 1;
    this.sketch!.enter(words[at]!, words[at + 1]!, doubles[at / 2 + WHOLE]! + rest);
  }

  protected release(): void {}
}

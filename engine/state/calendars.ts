/** Calendar quotas by key: how much of the unit at hand is used, and how much of the next one was given away to those that wait. */
import type { LimitState } from "../contract.ts";
import type { CalendarClock } from "./calendar-clock.ts";
import type { Charge } from "./charge.ts";
import type { Arena } from "./arena.ts";
import { QuotaSketch } from "./quota-sketch.ts";
import { SketchedTable } from "./sketched-table.ts";

// Entry: hash (words 0, 1), end of the unit (double 1), used of it (double 2), used ahead of the next (double 3).
const END = 1;
const USED = 2;
const AHEAD = 3;
const STRIDE = 8;
/** Bytes of an entry. */
export const CALENDAR_BYTES: number = STRIDE * 4;

/** No unit is shorter, in microseconds. */
const SHORTEST_UNIT = 3_600e6;
/** Longer than any unit, in microseconds. */
const LONGEST_UNIT = 32 * 86_400e6;

/** Calendar quotas of one limit, 32 bytes a key. */
export class CalendarTable extends SketchedTable<QuotaSketch> {
  constructor(arena: Arena, head: number) {
    super(STRIDE, arena, head, new QuotaSketch(arena, head));
  }

  /**
   * Asks what a charge would do; changes nothing but which unit the entry is at.
   *
   * @param most - N.
   * @param clock - Of the limit's unit and zone.
   */
  ask(lo: number, hi: number, most: number, clock: CalendarClock, now: number, out: Charge): void {
    const at = this.find(lo, hi);
    const from = at / 2;
    if (at >= 0) this.turn(from, clock, now);
    const end = at < 0 ? clock.endOf(now) : this.doubles[from + END]!;
    out.sketched = at < 0 && this.isSketched(lo, hi, end, clock);
    if (out.sketched) this.countSketched();
    const used = at >= 0 ? this.doubles[from + USED]! : out.sketched ? this.sketch!.used : 0;
    const ahead = at >= 0 ? this.doubles[from + AHEAD]! : out.sketched ? this.sketch!.ahead : 0;
    out.lo = lo;
    out.hi = hi;
    out.at = at;
    out.wait = used + out.cost <= most ? 0 : end - now;
    out.fits = out.cost <= most - ahead;
    out.mark = end;
    out.most = most;
    out.usedBefore = used;
    out.usedAfter = out.wait > 0 ? used : used + out.cost;
    out.resetBefore = used > 0 || ahead > 0 ? end - now : 0;
    out.resetAfter = end - now;
  }

  /** Makes a charge that was asked about at this same time: of the next unit where it has to wait. The mark becomes that one's end. */
  charge(charge: Charge, clock: CalendarClock, now: number): void {
    const { lo, hi, at: known, cost, wait, mark } = charge;
    const at = known >= 0 ? known : this.insertKnown(lo, hi, mark, clock, now);
    const from = at / 2;
    this.touch(at);
    const part = from + (wait > 0 ? AHEAD : USED);
    this.doubles[from + END] = mark;
    this.doubles[part] = this.doubles[part]! + cost;
    if (wait > 0) charge.mark = clock.endAfter(mark);
  }

  private isSketched(lo: number, hi: number, end: number, clock: CalendarClock): boolean {
    return this.hasSketched && this.sketch!.find(lo, hi, end, clock);
  }

  /** A new entry of a key, with what is remembered of it. */
  private insertKnown(lo: number, hi: number, end: number, clock: CalendarClock, now: number): number {
    const isSketched = this.isSketched(lo, hi, end, clock);
    const used = isSketched ? this.sketch!.used : 0;
    const ahead = isSketched ? this.sketch!.ahead : 0;
    const at = this.insert(lo, hi, now);
    this.doubles[at / 2 + USED] = used;
    this.doubles[at / 2 + AHEAD] = ahead;
    return at;
  }

  /** Takes back a charge of the unit that ends at `mark`, if that unit is not over. */
  giveBack(lo: number, hi: number, mark: number, cost: number, clock: CalendarClock, now: number): void {
    const at = this.find(lo, hi);
    if (at < 0) return;
    const from = at / 2;
    this.touch(at);
    this.turn(from, clock, now);
    const end = this.doubles[from + END]!;
    if (mark !== end && mark !== clock.endAfter(end)) return;
    const part = from + (mark === end ? USED : AHEAD);
    this.doubles[part] = Math.max(0, this.doubles[part]! - cost);
  }

  /** Units that a key has used of the unit at hand. */
  used(lo: number, hi: number, clock: CalendarClock, now: number): number {
    const at = this.find(lo, hi);
    if (at < 0) return this.isSketched(lo, hi, clock.endOf(now), clock) ? this.sketch!.used : 0;
    const from = at / 2;
    this.turn(from, clock, now);
    return this.doubles[from + USED]!;
  }

  /** When a key is full again, or begins to be charged for those that wait. */
  state(lo: number, hi: number, clock: CalendarClock, now: number): LimitState {
    const at = this.find(lo, hi);
    const fullInMicros = at < 0 ? this.sketchedFullIn(lo, hi, clock, now) : this.fullIn(at / 2, clock, now);
    return { fullInMicros, numerator: 0, denominator: 1 };
  }

  private sketchedFullIn(lo: number, hi: number, clock: CalendarClock, now: number): number {
    const end = clock.endOf(now);
    return this.isSketched(lo, hi, end, clock) ? end - now : 0;
  }

  private fullIn(from: number, clock: CalendarClock, now: number): number {
    const { doubles } = this;
    const end = doubles[from + END]!;
    const ahead = doubles[from + AHEAD]!;
    if (now < end) return doubles[from + USED]! > 0 || ahead > 0 ? end - now : 0;
    if (ahead === 0) return 0;
    return Math.max(0, clock.endAfter(end) - now);
  }

  /** Brings an entry to the unit at hand: what was given away ahead is used of it, if it is the next one. */
  private turn(from: number, clock: CalendarClock, now: number): void {
    const { doubles } = this;
    const before = doubles[from + END]!;
    if (now < before) return;
    const end = clock.endOf(now);
    const ahead = doubles[from + AHEAD]!;
    this.touch(2 * from);
    doubles[from + USED] = ahead > 0 && clock.endAfter(before) === end ? ahead : 0;
    doubles[from + AHEAD] = 0;
    doubles[from + END] = end;
  }

  protected isFresh(at: number, now: number): boolean {
    const from = at / 2;
    return now >= this.doubles[from + END]! + (this.doubles[from + AHEAD]! > 0 ? LONGEST_UNIT : 0);
  }

  /** The end of the unit, and within a unit what was used of it: who used least is least known of. */
  protected seenAt(at: number): number {
    const from = at / 2;
    return this.doubles[from + END]! + Math.min(this.doubles[from + USED]!, SHORTEST_UNIT);
  }

  protected override sketchDropped(at: number): void {
    const { words, doubles } = this;
    const from = at / 2;
    const end = doubles[from + END]!;
    this.sketch!.enter(words[at]!, words[at + 1]!, end, doubles[from + USED]!, doubles[from + AHEAD]!);
  }

  protected release(): void {}
}

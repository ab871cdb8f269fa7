/**
 * Sliding logs and leases by key: the time and the units of each charge, oldest first. A log (`N per D exact`) admits a
 * charge while the charges of the last D and it are at most N together; one that has to wait is entered at its release. A charge
 * forgets those that its window does not reach back to, so a log is never longer than N.
 * Leases (`N at once`) are charges of one unit that last as long as they are not given back.
 */
import type { LimitState } from "../contract.ts";
import { MAX_LOG } from "../policy.ts";
import { type Arena, NONE, PAGE_BYTES } from "./arena.ts";
import type { Charge } from "./charge.ts";
import { CHUNK, EntryPool } from "./entry-pool.ts";
import { SketchedTable } from "./sketched-table.ts";
import { OWN, POOL } from "./table-head.ts";
import { UnitsSketch } from "./units-sketch.ts";

// Entry: hash (words 0, 1), second seen (word 2), units of all charges (word 3), first and last chunk of the queue (words 4,
// 5), place of the oldest charge in the first (word 6), charges (word 7), length of the window at the latest (double 4).
const SEEN = 2;
const SUM = 3;
const FIRST = 4;
const LAST = 5;
const OLDEST = 6;
const HELD = 7;
const WINDOW = 4;
const STRIDE = 10;
/** Bytes of an entry without its chunks. */
export const LOG_BYTES: number = STRIDE * 4;

/** Share of the budget that goes to entries; chunks have the rest. */
export const LOG_SHARE = 0.25;

/** Charges of one limit: 40 bytes a key, and 168 for every 16 charges. */
export class LogTable extends SketchedTable<UnitsSketch> {
  private readonly pool: EntryPool;
  private readonly isOfLeases: boolean;
  /** Charges up to then count no more. A field, because as an argument the time would be an object where a call is not inlined. */
  private since = 0;

  /** @param isOfLeases - Then room is made where leases end soonest, not where a key was not seen for long. */
  constructor(isOfLeases: boolean, arena: Arena, head: number) {
    super(STRIDE, arena, head, isOfLeases ? null : new UnitsSketch(arena, head));
    this.isOfLeases = isOfLeases;
    this.pool = new EntryPool(arena, head + POOL);
  }

  override get bytes(): number {
    return super.bytes + this.pool.pages * PAGE_BYTES;
  }

  protected override setEntriesBudget(budget: number): void {
    this.pool.budget = this.shareBudget(budget, LOG_SHARE);
  }

  override get isTooLarge(): boolean {
    return super.isTooLarge || (this.pool.pages > this.pool.budget && this.count > 0);
  }

  override shrink(now: number): void {
    if (super.isTooLarge) super.shrink(now);
    else this.dropOne(now);
  }

  /** Longest window asked about: a key whose charges are all older is as good as new. */
  private get longest(): number {
    return this.doubles[this.head / 2 + OWN]!;
  }

  private set longest(window: number) {
    if (this.longest === window) return;
    this.arena.touch(this.head + 2 * OWN, 2);
    this.doubles[this.head / 2 + OWN] = window;
  }

  /**
   * Asks a sliding log what a charge would do; changes nothing but the time the key was seen.
   *
   * @param most - N, at most 1,024.
   * @param window - D in microseconds.
   * @param longest - Longest D that any request is asked with.
   */
  ask(lo: number, hi: number, most: number, window: number, longest: number, now: number, out: Charge): void {
    this.longest = longest;
    const at = this.open(lo, hi, now, out);
    out.sketched = at < 0 && this.isSketched(lo, hi, now - window);
    if (out.sketched) this.countSketched();
    const latest = out.sketched ? this.sketch!.found.later : this.latestOf(at);
    out.fits = out.cost <= most;
    out.usedBefore = latest > now ? most : out.sketched ? this.sketchedUnits : this.unitsAfter(at, now - window);
    if (out.sketched) this.findSketchedRelease(most - out.cost, window, Math.max(now, latest), out);
    else this.findRelease(at, most - out.cost, window, Math.max(now, latest), out);
    if (out.mark > now) out.usedAfter = most;
    out.wait = out.fits ? out.mark - now : window;
    this.answer(out, most, window, latest, now);
  }

  /** Asks whether there is room for one lease more; changes nothing but the time the key was seen. */
  askLease(lo: number, hi: number, most: number, window: number, now: number, out: Charge): void {
    this.longest = window;
    const at = this.open(lo, hi, now, out);
    out.sketched = false;
    this.since = now - window;
    if (at >= 0) this.forgetOld(at);
    const held = at < 0 ? 0 : this.words[at + HELD]!;
    out.cost = 1;
    out.fits = false;
    out.mark = now;
    out.wait = held < most ? 0 : this.oldestAt(at) + window - now;
    out.usedBefore = held;
    out.usedAfter = held + 1;
    this.answer(out, most, window, this.latestOf(at), now);
  }

  private open(lo: number, hi: number, now: number, out: Charge): number {
    const at = this.find(lo, hi);
    out.lo = lo;
    out.hi = hi;
    out.at = at;
    if (at < 0) return NONE;
    this.touch(at);
    this.words[at + SEEN] = now / 1e6;
    return at;
  }

  private isSketched(lo: number, hi: number, after: number): boolean {
    return this.hasSketched && this.sketch!.find(lo, hi, after);
  }

  /** What the sketch found last. */
  private get sketchedUnits(): number {
    const { earlierUnits, laterUnits } = this.sketch!.found;
    return earlierUnits + laterUnits;
  }

  private answer(out: Charge, most: number, window: number, latest: number, now: number): void {
    out.most = most;
    out.resetBefore = Math.max(0, latest + window - now);
    out.resetAfter = out.mark + window - now;
  }

  /** Finds the first time, from `release` on, at which the charges of the last `window` are at most `room` units. */
  private findRelease(at: number, room: number, window: number, release: number, out: Charge): void {
    out.mark = release;
    out.usedAfter = out.cost;
    if (at < 0) return;
    const { pool, words } = this;
    let left = words[at + SUM]!;
    let chunk = words[at + FIRST]!;
    let place = words[at + OLDEST]!;
    for (let index = words[at + HELD]!; index > 0; index--) {
      const time = pool.time(chunk, place);
      if (left <= room && time > release - window) break;
      left -= pool.units(chunk, place);
      release = Math.max(release, time + window);
      if (++place < CHUNK) continue;
      place = 0;
      chunk = pool.after(chunk);
    }
    out.mark = release;
    out.usedAfter = left + out.cost;
  }

  /** As `findRelease`, by what the sketch found last. */
  private findSketchedRelease(room: number, window: number, release: number, out: Charge): void {
    const { earlier, earlierUnits, later, laterUnits } = this.sketch!.found;
    let left = this.sketchedUnits;
    out.mark = release;
    out.usedAfter = left + out.cost;
    if (left <= room) return;
    left -= earlierUnits;
    out.mark = Math.max(release, earlier + window);
    if (left > room) {
      left -= laterUnits;
      out.mark = Math.max(out.mark, later + window);
    }
    out.usedAfter = left + out.cost;
  }

  /** Makes a charge that was asked about at this same time. */
  charge({ lo, hi, at: known, cost, mark }: Charge, window: number, now: number): void {
    this.since = mark - window;
    if (known >= 0) this.forgetOld(known);
    const at = this.makePlace(lo, hi, known, now);
    this.touch(at);
    this.append(at, mark, cost);
    this.words[at + SEEN] = now / 1e6;
    this.doubles[at / 2 + WINDOW] = window;
  }

  private append(at: number, time: number, units: number): void {
    const { words, pool } = this;
    pool.put(words[at + LAST]!, (words[at + OLDEST]! + words[at + HELD]!) % CHUNK, time, units);
    words[at + HELD] = words[at + HELD]! + 1;
    words[at + SUM] = words[at + SUM]! + units;
  }

  /** Takes back a charge by its time and units, if it is still known. */
  giveBack(lo: number, hi: number, mark: number, cost: number): void {
    const at = this.find(lo, hi);
    if (at < 0) return;
    const { words, pool } = this;
    let before = words[at + FIRST]!;
    let chunk = before;
    let place = words[at + OLDEST]!;
    for (let after = words[at + HELD]! - 1; after >= 0; after--) {
      if (pool.time(chunk, place) === mark && pool.units(chunk, place) === cost) {
        return this.removeAt(at, after, before, chunk, place);
      }
      if (++place < CHUNK) continue;
      place = 0;
      before = chunk;
      chunk = pool.after(chunk);
    }
  }

  /** Units of a key's charges in the `window` before now; as many as any log has where a request is held, as none passes before it. */
  used(lo: number, hi: number, window: number, now: number): number {
    const at = this.find(lo, hi);
    if (at < 0 && this.isSketched(lo, hi, now - window))
      return this.sketch!.found.later > now ? MAX_LOG : this.sketchedUnits;
    return this.latestOf(at) > now ? MAX_LOG : this.unitsAfter(at, now - window);
  }

  /** When a key is full again. */
  state(lo: number, hi: number, now: number): LimitState {
    return { fullInMicros: Math.max(0, this.endOf(lo, hi, now) - now), numerator: 0, denominator: 1 };
  }

  /** When the latest of a key's charges counts no more; long ago where there is none. */
  private endOf(lo: number, hi: number, now: number): number {
    const at = this.find(lo, hi);
    if (at >= 0) return this.latestOf(at) + this.doubles[at / 2 + WINDOW]!;
    const { longest } = this;
    return this.isSketched(lo, hi, now - longest) ? this.sketch!.found.later + longest : -Infinity;
  }

  /** Units of the charges after a time. */
  private unitsAfter(at: number, time: number): number {
    if (at < 0) return 0;
    const { words, pool } = this;
    let units = words[at + SUM]!;
    let chunk = words[at + FIRST]!;
    let place = words[at + OLDEST]!;
    for (let index = words[at + HELD]!; index > 0; index--) {
      if (pool.time(chunk, place) > time) break;
      units -= pool.units(chunk, place);
      if (++place < CHUNK) continue;
      place = 0;
      chunk = pool.after(chunk);
    }
    return units;
  }

  /** Forgets the charges that count no more, up to `since`. */
  private forgetOld(at: number): void {
    while (this.words[at + HELD]! > 0 && this.oldestAt(at) <= this.since) this.dropOldest(at);
  }

  private oldestAt(at: number): number {
    return this.pool.time(this.words[at + FIRST]!, this.words[at + OLDEST]!);
  }

  /** The time of an entry's latest charge; long ago where there is none. */
  private latestOf(at: number): number {
    return at < 0 || this.words[at + HELD] === 0 ? -Infinity : this.latestAt(at);
  }

  private latestAt(at: number): number {
    const { words } = this;
    const place = (words[at + OLDEST]! + words[at + HELD]! - 1) % CHUNK;
    return this.pool.time(words[at + LAST]!, place);
  }

  /**
   * Makes a place behind a key's latest charge; returns its entry's first word. A key without an entry, which is one that was dropped
   * just now too, has one with what is remembered of its charges after `since`.
   */
  private makePlace(lo: number, hi: number, known: number, now: number): number {
    const { words } = this;
    if (known >= 0 && words[known + HELD]! > 0 && (words[known + OLDEST]! + words[known + HELD]!) % CHUNK > 0) {
      return known;
    }
    let chunk = this.pool.take();
    while (chunk < 0) {
      this.dropOne(now);
      chunk = this.pool.take();
    }
    const found = this.find(lo, hi);
    const isSketched = found < 0 && this.isSketched(lo, hi, this.since);
    const at = found < 0 ? this.insert(lo, hi, now) : found;
    this.addChunk(at, chunk);
    if (isSketched) this.recall(at);
    return at;
  }

  private addChunk(at: number, chunk: number): void {
    const { words } = this;
    this.touch(at);
    if (words[at + HELD]! > 0) this.pool.follow(words[at + LAST]!, chunk);
    else {
      words[at + FIRST] = chunk;
      words[at + OLDEST] = 0;
    }
    words[at + LAST] = chunk;
  }

  /** Enters what the sketch found last, into an entry that has room for it. */
  private recall(at: number): void {
    const { earlier, earlierUnits, later, laterUnits } = this.sketch!.found;
    if (earlierUnits > 0) this.append(at, earlier, earlierUnits);
    if (laterUnits > 0) this.append(at, later, laterUnits);
  }

  private dropOldest(at: number): void {
    const { words, pool } = this;
    const chunk = words[at + FIRST]!;
    this.touch(at);
    words[at + SUM] = words[at + SUM]! - pool.units(chunk, words[at + OLDEST]!);
    words[at + HELD] = words[at + HELD]! - 1;
    words[at + OLDEST] = words[at + OLDEST]! + 1;
    if (words[at + HELD]! > 0 && words[at + OLDEST]! < CHUNK) return;
    words[at + OLDEST] = 0;
    words[at + FIRST] = pool.after(chunk);
    pool.give(chunk);
  }

  /** Removes a charge that `after` others stand behind: those move up. `before` is the chunk before its own, if there is one. */
  private removeAt(at: number, after: number, before: number, chunk: number, place: number): void {
    const { words, pool } = this;
    this.touch(at);
    words[at + SUM] = words[at + SUM]! - pool.units(chunk, place);
    for (let left = after; left > 0; left--) {
      const to = chunk;
      const toPlace = place;
      if (++place === CHUNK) {
        place = 0;
        before = chunk;
        chunk = pool.after(chunk);
      }
      pool.put(to, toPlace, pool.time(chunk, place), pool.units(chunk, place));
    }
    words[at + HELD] = words[at + HELD]! - 1;
    if (place > 0 && words[at + HELD]! > 0) return;
    pool.give(chunk);
    words[at + LAST] = before;
  }

  protected isFresh(at: number, now: number): boolean {
    return this.words[at + HELD] === 0 || this.latestAt(at) + this.longest <= now;
  }

  protected seenAt(at: number): number {
    return this.isOfLeases && this.words[at + HELD]! > 0 ? this.latestAt(at) : this.words[at + SEEN]! >>> 0;
  }

  protected override sketchDropped(at: number, now: number): void {
    if (this.sketch === null) return;
    const { words } = this;
    const expired = now - this.longest;
    this.sketch.enter(words[at]!, words[at + 1]!, this.unitsAfter(at, expired), this.latestAt(at), expired);
  }

  protected release(at: number): void {
    while (this.words[at + HELD]! > 0) this.dropOldest(at);
  }
}

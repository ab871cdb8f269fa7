/** The sketch of a calendar quota: a cell is as an entry, and holds the most that any of its keys has used of a unit and of the next. */
import type { Arena } from "./arena.ts";
import type { CalendarClock } from "./calendar-clock.ts";
import { DropSketch, ROWS } from "./drop-sketch.ts";

// Of a cell: the end of the unit, used of it, used ahead of the next.
const END = 0;
const USED = 1;
const AHEAD = 2;
const CELL = 4;

export class QuotaSketch extends DropSketch {
  /** What the latest `find` found. */
  used = 0;
  ahead = 0;

  constructor(arena: Arena, head: number) {
    super(arena, head, CELL);
  }

  /** Enters what a key that is dropped has used of the unit that ends at `end`, and ahead of the next. */
  enter(lo: number, hi: number, end: number, used: number, ahead: number): void {
    for (let row = 0; row < ROWS; row++) this.put(this.cell(lo, hi, row), end, used, ahead);
    this.makeRoom();
  }

  /**
   * Looks for what a key may have used, if it was dropped, of the unit that ends at `end` and ahead of the next; tells whether it is
   * anything.
   */
  find(lo: number, hi: number, end: number, clock: CalendarClock): boolean {
    const { doubles } = this.arena;
    this.used = Infinity;
    this.ahead = Infinity;
    for (let row = 0; row < ROWS; row++) {
      const cell = this.cell(lo, hi, row);
      const isOfUnit = doubles[cell + END] === end;
      this.used = Math.min(this.used, isOfUnit ? doubles[cell + USED]! : this.passedOn(cell, end, clock));
      this.ahead = Math.min(this.ahead, isOfUnit ? doubles[cell + AHEAD]! : 0);
    }
    return this.used > 0 || this.ahead > 0;
  }

  /** What was used ahead of the unit before. */
  private passedOn(cell: number, end: number, clock: CalendarClock): number {
    const ahead = this.arena.doubles[cell + AHEAD]!;
    return ahead > 0 && clock.endAfter(this.arena.doubles[cell + END]!) === end ? ahead : 0;
  }

  /** Of two units what was used ahead of the earlier is taken for used of the later: it may have been of one in between. */
  private put(cell: number, end: number, used: number, ahead: number): void {
    const { doubles } = this.arena;
    this.touch(cell);
    const known = doubles[cell + END]!;
    if (known > end) {
      doubles[cell + USED] = Math.max(doubles[cell + USED]!, ahead);
      return;
    }
    const before = known < end ? doubles[cell + AHEAD]! : doubles[cell + USED]!;
    doubles[cell + AHEAD] = Math.max(ahead, known < end ? 0 : doubles[cell + AHEAD]!);
    doubles[cell + USED] = Math.max(used, before);
    doubles[cell + END] = end;
  }

  protected merge(to: number, from: number): void {
    const { doubles } = this.arena;
    this.put(to, doubles[from + END]!, doubles[from + USED]!, doubles[from + AHEAD]!);
  }
}

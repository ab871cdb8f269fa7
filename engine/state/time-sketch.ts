/** The sketch of a limit by arrival times: a cell holds the latest of its keys, rounded up to a whole microsecond. */
import type { Arena } from "./arena.ts";
import { DropSketch, ROWS } from "./drop-sketch.ts";

export class TimeSketch extends DropSketch {
  constructor(arena: Arena, head: number) {
    super(arena, head, 1);
  }

  /** Enters the arrival time of a key that is dropped. */
  enter(lo: number, hi: number, time: number): void {
    for (let row = 0; row < ROWS; row++) this.raise(this.cell(lo, hi, row), time);
    this.makeRoom();
  }

  /** A time no earlier than the key's, if it was dropped; 0 where nothing is known of it. */
  time(lo: number, hi: number): number {
    let least = Infinity;
    for (let row = 0; row < ROWS; row++) least = Math.min(least, this.arena.doubles[this.cell(lo, hi, row)]!);
    return least;
  }

  private raise(cell: number, time: number): void {
    const { doubles } = this.arena;
    if (doubles[cell]! >= time) return;
    this.touch(cell);
    doubles[cell] = time;
  }

  protected merge(to: number, from: number): void {
    this.raise(to, this.arena.doubles[from]!);
  }
}

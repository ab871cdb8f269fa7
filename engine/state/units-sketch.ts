/**
 * The sketch of a sliding log: a cell holds two pairs of a time and units, of which one says for each of its keys at least as many
 * units as the key's charges have, and a time no earlier than the latest of them.
 */
import type { Arena } from "./arena.ts";
import { DropSketch, ROWS } from "./drop-sketch.ts";

// Of a cell: a time and its units, twice. A pair of zeros says nothing.
const TIME = 0;
const UNITS = 1;
const SECOND = 2;
const CELL = 4;

/** As charges: units that count until the window has left `earlier`, and those that count until it has left `later`. */
export interface SketchedUnits {
  earlier: number;
  earlierUnits: number;
  later: number;
  laterUnits: number;
}

export class UnitsSketch extends DropSketch {
  /** What the latest `find` found; zero units for nothing. */
  readonly found: SketchedUnits = { earlier: 0, earlierUnits: 0, later: 0, laterUnits: 0 };

  constructor(arena: Arena, head: number) {
    super(arena, head, CELL);
  }

  /**
   * Enters the charges of a key that is dropped.
   *
   * @param units - Of all of them.
   * @param latest - The time of the latest.
   * @param expired - A time up to which no charge counts any more.
   */
  enter(lo: number, hi: number, units: number, latest: number, expired: number): void {
    for (let row = 0; row < ROWS; row++) this.put(this.cell(lo, hi, row), latest, units, expired);
    this.makeRoom();
  }

  /** Looks for charges after a time that a key may have had, if it was dropped; tells whether there are any. */
  find(lo: number, hi: number, after: number): boolean {
    const { doubles } = this.arena;
    let least = Infinity;
    for (let row = 0; row < ROWS && least > 0; row++) {
      const first = this.cell(lo, hi, row);
      const second = first + SECOND;
      const units = Math.max(this.unitsAfter(first, after), this.unitsAfter(second, after));
      if (units >= least) continue;
      least = units;
      if (doubles[first + TIME]! < doubles[second + TIME]!) this.take(first, second, after);
      else this.take(second, first, after);
    }
    return least > 0;
  }

  /** Takes a cell's pairs for what is found: the earlier one counts for as much as it says more than the later. */
  private take(earlier: number, later: number, after: number): void {
    const { found } = this;
    const { doubles } = this.arena;
    found.earlier = doubles[earlier + TIME]!;
    found.later = doubles[later + TIME]!;
    found.laterUnits = this.unitsAfter(later, after);
    found.earlierUnits = Math.max(0, this.unitsAfter(earlier, after) - found.laterUnits);
  }

  private unitsAfter(pair: number, after: number): number {
    const { doubles } = this.arena;
    return doubles[pair + TIME]! > after ? doubles[pair + UNITS]! : 0;
  }

  /** Makes a cell cover a pair. Three that do not cover each other become two: those become one that lose least by it. */
  private put(first: number, time: number, units: number, expired: number): void {
    const second = first + SECOND;
    if (this.covers(first, time, units) || this.covers(second, time, units)) return;
    this.touch(first);
    this.forget(first, time, units, expired);
    this.forget(second, time, units, expired);
    if (this.isEmpty(first)) this.raise(first, time, units);
    else if (this.isEmpty(second)) this.raise(second, time, units);
    else this.putThird(first, second, time, units);
  }

  private putThird(first: number, second: number, time: number, units: number): void {
    const { doubles } = this.arena;
    const withFirst = this.waste(first, time, units);
    const withSecond = this.waste(second, time, units);
    const withoutIt = this.waste(first, doubles[second + TIME]!, doubles[second + UNITS]!);
    if (withoutIt <= Math.min(withFirst, withSecond)) {
      this.raise(first, doubles[second + TIME]!, doubles[second + UNITS]!);
      doubles[second + TIME] = time;
      doubles[second + UNITS] = units;
    } else this.raise(withFirst < withSecond ? first : second, time, units);
  }

  /** Forgets a pair that is over, or that says no more than another does. */
  private forget(pair: number, time: number, units: number, expired: number): void {
    const { doubles } = this.arena;
    const isCovered = doubles[pair + TIME]! <= time && doubles[pair + UNITS]! <= units;
    if (!isCovered && doubles[pair + TIME]! > expired) return;
    doubles[pair + TIME] = 0;
    doubles[pair + UNITS] = 0;
  }

  private isEmpty(pair: number): boolean {
    return this.arena.doubles[pair + UNITS] === 0;
  }

  private covers(pair: number, time: number, units: number): boolean {
    const { doubles } = this.arena;
    return doubles[pair + TIME]! >= time && doubles[pair + UNITS]! >= units;
  }

  private raise(pair: number, time: number, units: number): void {
    const { doubles } = this.arena;
    doubles[pair + TIME] = Math.max(doubles[pair + TIME]!, time);
    doubles[pair + UNITS] = Math.max(doubles[pair + UNITS]!, units);
  }

  /** How much too much one pair for both would say, times for how long. */
  private waste(pair: number, time: number, units: number): number {
    const { doubles } = this.arena;
    return Math.abs(doubles[pair + TIME]! - time) * Math.abs(doubles[pair + UNITS]! - units);
  }

  protected merge(to: number, from: number): void {
    const { doubles } = this.arena;
    for (let pair = from; pair < from + CELL; pair += SECOND) {
      if (!this.isEmpty(pair)) this.put(to, doubles[pair + TIME]!, doubles[pair + UNITS]!, -Infinity);
    }
  }
}

/**
 * Classes of UTF-16 code units, in two steps as Unicode's own tables are: the page of a unit's high byte, and on it the class of
 * its low byte. Pages of one class alone are one, so a table takes a few kilobytes for what is told apart in most texts.
 */

const PAGES = 256;
const PAGE_SIZE = 256;

export class UnitClasses {
  /** Place of the page of each high byte in `cells`. */
  readonly pages: Int32Array;
  /** Class of a unit: `cells[pages[unit >> 8] + (unit & 255)]`. The first page is that of the units below 256. */
  readonly cells: Uint16Array;
  readonly count: number;

  /**
   * @param starts - Ascending units at which runs of one class begin, the first of them 0.
   * @param classes - Class of each run, from 0 to `count` - 1.
   */
  constructor(starts: readonly number[], classes: readonly number[], count: number) {
    const places = new Map<string, number>();
    const cells: number[] = [];
    this.pages = new Int32Array(PAGES);
    for (let high = 0, run = 0; high < PAGES; high++) {
      const first = high * PAGE_SIZE;
      while ((starts[run + 1] ?? Infinity) <= first) run++;
      let last = run;
      while ((starts[last + 1] ?? Infinity) < first + PAGE_SIZE) last++;
      // Two pages of several runs are hardly ever alike.
      const key = run === last ? String(classes[run]!) : `page ${high}`;
      const known = places.get(key);
      this.pages[high] = known ?? cells.length;
      if (known !== undefined) continue;
      places.set(key, cells.length);
      for (let unit = first; unit < first + PAGE_SIZE; unit++) {
        if ((starts[run + 1] ?? Infinity) <= unit) run++;
        cells.push(classes[run]!);
      }
    }
    this.cells = Uint16Array.from(cells);
    this.count = count;
  }

  of(unit: number): number {
    return this.cells[this.pages[unit >> 8]! + (unit & 255)]!;
  }
}

/** Classes that tell listed units from each other, 1 and up in their order, and from all others, which are of class 0. */
export function classesOfUnits(units: readonly (readonly number[])[]): UnitClasses {
  const classOf = new Map(units.flatMap((alike, index) => alike.map((unit) => [unit, index + 1] as const)));
  const starts = new Set([0, ...[...classOf.keys()].flatMap((unit) => [unit, unit + 1])]);
  const sorted = [...starts].filter((start) => start < PAGES * PAGE_SIZE).sort((a, b) => a - b);
  return new UnitClasses(
    sorted,
    sorted.map((start) => classOf.get(start) ?? 0),
    units.length + 1,
  );
}

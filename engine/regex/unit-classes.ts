/**
 * Classes of UTF-16 code units, in two steps as Unicode's own tables are: the page of a unit's high byte, and on it the class of
 * its low byte. Pages that are alike are one, so a table takes a few kilobytes whatever it tells apart.
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
    const known = new Map<string, number>();
    const pages: Uint16Array[] = [];
    this.pages = new Int32Array(PAGES);
    for (let high = 0, run = 0; high < PAGES; high++) {
      const first = high * PAGE_SIZE;
      while ((starts[run + 1] ?? Infinity) <= first) run++;
      const within: string[] = [];
      const cells = new Uint16Array(PAGE_SIZE);
      for (; ; run++) {
        const from = Math.max(starts[run]!, first);
        cells.fill(classes[run]!, from - first);
        within.push(`${from - first} ${classes[run]!}`);
        if ((starts[run + 1] ?? Infinity) >= first + PAGE_SIZE) break;
      }
      const key = within.join();
      const place = known.get(key) ?? PAGE_SIZE * (pages.push(cells) - 1);
      known.set(key, place);
      this.pages[high] = place;
    }
    this.cells = new Uint16Array(PAGE_SIZE * pages.length);
    for (const [index, cells] of pages.entries()) this.cells.set(cells, PAGE_SIZE * index);
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

/**
 * A tree in one array: the children of a state stand at the place it names plus their class, and each names its parent, so that
 * the rows of different states can lie between each other. Rows are put where they first fit; after some tries, behind the last.
 */

/** A tree by node, the root being node 0; nodes that have one parent follow each other in `order` by their classes, parents before children. */
export interface Tree {
  readonly order: Int32Array;
  readonly parents: Int32Array;
  /** Class by which a node is reached from its parent, at least 1. */
  readonly classes: Uint16Array;
  /** Text that ends at a node, or 0. */
  readonly texts: Int32Array;
}

/** Numbers a state takes. States are named by the place of the first, which holds the parent; the second is where the children begin. */
export const RECORD = 4;
export const PARENT = 0;
export const BASE = 1;

/** Tries of a row before it goes behind all others. */
const MOST_TRIES = 32;

export class DoubleArray {
  /** The records. The root and what is free have no parent: -1. Behind the last that is taken there is room for any row. */
  cells: Int32Array = new Int32Array(0);
  /** The next free record at or after each; halved as it is read. */
  private free = new Int32Array(0);
  private end = 1;

  constructor({ order, parents, classes }: Tree, classCount: number) {
    this.grow(order.length + classCount);
    this.free[0] = 1;
    const places = new Int32Array(order.length);
    for (let first = 1; first < order.length; ) {
      const parent = parents[order[first]!]!;
      let last = first;
      while (last < order.length && parents[order[last]!] === parent) last++;
      const row = order.subarray(first, last);
      const base = this.place(row, classes);
      for (const node of row) {
        const at = base + classes[node]!;
        this.free[at] = at + 1;
        places[node] = at * RECORD;
        this.cells[places[node]! + PARENT] = places[parent]!;
        this.end = Math.max(this.end, at + 1);
      }
      this.cells[places[parent]! + BASE] = base * RECORD;
      this.grow(this.end + classCount);
      first = last;
    }
    // A state asks for children by any class.
    this.cells = this.cells.slice(0, (this.end + classCount) * RECORD);
  }

  /** Where a row with these nodes fits. */
  private place(row: Int32Array, classes: Uint16Array): number {
    const lowest = classes[row[0]!]!;
    let at = this.nextFree(lowest);
    // From the end on all are free, and any row fits: where no try fitted, all of them were before the end.
    for (let tries = 0; tries < MOST_TRIES; tries++, at = this.nextFree(at + 1)) {
      if (row.every((node) => this.isFree(at - lowest + classes[node]!))) return at - lowest;
    }
    return this.end - lowest;
  }

  private isFree(record: number): boolean {
    return this.free[record] === record;
  }

  private nextFree(from: number): number {
    const { free } = this;
    let at = from;
    while (free[at] !== at) {
      free[at] = free[free[at]!]!;
      at = free[at]!;
    }
    return at;
  }

  /** Where there are fewer records, makes room for twice as many. */
  private grow(records: number): void {
    const known = this.free.length;
    if (records <= known) return;
    const { cells, free } = this;
    this.cells = new Int32Array(2 * records * RECORD);
    this.cells.set(cells);
    this.free = new Int32Array(2 * records);
    this.free.set(free);
    for (let record = known; record < 2 * records; record++) {
      this.free[record] = record;
      this.cells[record * RECORD + PARENT] = -1;
    }
  }
}

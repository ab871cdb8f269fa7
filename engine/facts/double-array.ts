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
  /** The records. The root and what is free have no parent: -1. */
  cells: Int32Array;
  /** The next free record at or after each; halved as it is read. */
  private free: Int32Array;
  private end = 1;

  constructor({ order, parents, classes }: Tree, classCount: number) {
    const records = 2 * (order.length + classCount);
    this.cells = new Int32Array(records * RECORD);
    this.free = new Int32Array(records + 1);
    this.clear(0);
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
      first = last;
    }
    // A state asks for children by any class.
    this.grow(this.end + classCount);
    this.cells = this.cells.slice(0, (this.end + classCount) * RECORD);
  }

  /** Where a row with these nodes fits. */
  private place(row: Int32Array, classes: Uint16Array): number {
    const lowest = classes[row[0]!]!;
    const highest = row.reduce((high, node) => Math.max(high, classes[node]!), 0);
    let at = this.nextFree(lowest);
    for (let tries = 0; tries < MOST_TRIES && at < this.end; tries++, at = this.nextFree(at + 1)) {
      this.grow(at - lowest + highest + 2);
      if (row.every((node) => this.isFree(at - lowest + classes[node]!))) return at - lowest;
    }
    const base = Math.max(this.end, lowest) - lowest;
    this.grow(base + highest + 2);
    return base;
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

  /** Makes room for so many records, twice as many as there were at least. */
  private grow(records: number): void {
    const known = this.free.length - 1;
    if (records <= known) return;
    const size = Math.max(records, 2 * known);
    const cells = new Int32Array(size * RECORD);
    cells.set(this.cells);
    this.cells = cells;
    const free = new Int32Array(size + 1);
    free.set(this.free);
    this.free = free;
    this.clear(known);
  }

  private clear(from: number): void {
    for (let record = from; record < this.free.length; record++) this.free[record] = record;
    for (let at = from * RECORD; at < this.cells.length; at += RECORD) this.cells[at] = -1;
  }
}

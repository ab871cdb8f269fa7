/** A tree in one array: every child is found by its class, and nothing else is found. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { BASE, DoubleArray, PARENT, RECORD, type Tree } from "../../../../engine/facts/double-array.ts";
import { check } from "../../../helpers/property.ts";

interface Grown {
  readonly tree: Tree;
  readonly classCount: number;
}

/** A tree whose nodes have children by these classes, taken in turn from the root on; at most `most` nodes. */
function treeOf(rows: readonly (readonly number[])[], most: number): Tree {
  const parents = [-1];
  const classes = [0];
  for (let node = 0; node < parents.length && node < rows.length; node++) {
    for (const unit of (rows[node] ?? []).toSorted((a, b) => a - b)) {
      if (parents.length === most) break;
      parents.push(node);
      classes.push(unit);
    }
  }
  return {
    order: Int32Array.from(parents.keys()),
    parents: Int32Array.from(parents),
    classes: Uint16Array.from(classes),
    texts: new Int32Array(parents.length),
  };
}

/** Walks the array from the root: the place of each node's record. Every class is asked for at every node. */
function walk({ tree, classCount }: Grown, cells: Int32Array): ReadonlyMap<number, number> {
  const places = new Map([[0, 0]]);
  const { order, parents, classes } = tree;
  const children = new Map<number, number[]>();
  const placeOf = (place: number, unit: number): number => (cells[place + BASE] as number) + unit * RECORD;
  for (const node of order.subarray(1)) {
    const parent = parents[node] as number;
    children.set(parent, [...(children.get(parent) ?? []), classes[node] as number]);
    places.set(node, placeOf(places.get(parent) as number, classes[node] as number));
  }
  for (const [node, place] of places) {
    const found: number[] = [];
    for (let unit = 1; unit < classCount; unit++) {
      if (cells[placeOf(place, unit) + PARENT] === place) found.push(unit);
    }
    expect(found).toEqual(children.get(node) ?? []);
    expect(placeOf(place, classCount)).toBeLessThanOrEqual(cells.length);
  }
  return places;
}

test("every node is found from its parent by its class, and no other class finds anything", () => {
  const row = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 12 });
  check(
    fc.property(fc.array(row, { maxLength: 40 }), fc.integer({ min: 1, max: 90 }), (rows, most) => {
      const tree = treeOf(rows, most);
      const { cells } = new DoubleArray(tree, 13);
      const places = walk({ tree, classCount: 13 }, cells);
      expect(new Set(places.values()).size).toBe(tree.order.length);
      expect(cells[PARENT]).toBe(-1);
    }),
    { runs: 150 },
  );
});

test("rows lie between each other", () => {
  // Even classes and odd ones: the second fills the gaps of the first.
  const tree = treeOf(
    [
      [2, 4, 6, 8],
      [2, 4, 6],
      [3, 5, 7],
    ],
    20,
  );
  const { cells } = new DoubleArray(tree, 10);
  walk({ tree, classCount: 10 }, cells);
  const used = Array.from({ length: cells.length / RECORD }, (_, record) => record).filter(
    (record) => record === 0 || cells[record * RECORD + PARENT] !== -1,
  );
  expect([used.length, (used.at(-1) ?? 99) <= 14]).toEqual([11, true]);
});

test("is no longer than its last record and the classes that may be asked for there", () => {
  expect(new DoubleArray(treeOf([], 1), 3).cells.length).toBe((1 + 3) * RECORD);
  expect(new DoubleArray(treeOf([[1]], 2), 3).cells.length).toBe((2 + 3) * RECORD);
  expect(new DoubleArray(treeOf([[1, 2, 3]], 4), 9).cells.length).toBe((4 + 9) * RECORD);
});

test("takes little more than its nodes where rows are alike and many", () => {
  const rows = Array.from({ length: 400 }, (_, node) => (node % 2 === 0 ? [1, 5, 9] : [2, 3]));
  const tree = treeOf(rows, 900);
  const { cells } = new DoubleArray(tree, 10);
  walk({ tree, classCount: 10 }, cells);
  expect(cells.length / RECORD).toBeLessThan(1.5 * 900);
});

test("rows of classes far apart find room where there is none yet", () => {
  const tree = treeOf([[1, 500], [2, 499], [1], [500], [499, 500]], 30);
  const { cells } = new DoubleArray(tree, 501);
  expect(walk({ tree, classCount: 501 }, cells).size).toBe(tree.order.length);
});

test.each([
  [1, "there"],
  [31, "there"],
  [32, "behind"],
  [50, "behind"],
])("a row that does not fit at the first %d free places stands %s", (places, where) => {
  // Every other record is free, in which no two children fit that are neighbours; then come two, and one that is not.
  const last = 2 * places + 3;
  const evens = Array.from({ length: places }, (_, index) => 2 * (index + 1));
  const { cells } = new DoubleArray(
    treeOf(
      [
        [...evens, last],
        [1, 2],
      ],
      100,
    ),
    last + 1,
  );
  const [firstChild, secondChild] = where === "there" ? [last - 2, last - 1] : [last + 1, last + 2];
  const parent = 2 * RECORD;
  expect([firstChild, secondChild].map((record) => cells[record * RECORD + PARENT])).toEqual([parent, parent]);
  expect(cells[parent + BASE]).toBe((firstChild - 1) * RECORD);
});

/** Rows of which hardly two lie between each other: each has `size` children of so many classes. */
function scatteredRows(count: number, size: number, classes = 300): number[][] {
  let state = 7;
  const random = (below: number): number => {
    state = (state * 48_271) % 0x7fffffff;
    return state % below;
  };
  return Array.from({ length: count }, () => [...new Set(Array.from({ length: size }, () => 1 + random(classes)))]);
}

function lastRecord(cells: Int32Array): number {
  return Math.floor(cells.findLastIndex((cell, at) => at % RECORD === PARENT && cell !== -1) / RECORD);
}

test("however often the array grew, its records are all there and it ends a row behind the last", () => {
  for (let count = 1; count <= 24; count++) {
    const tree = treeOf(scatteredRows(count, 40), 2_000);
    const { cells } = new DoubleArray(tree, 301);
    expect(cells.length / RECORD).toBe(lastRecord(cells) + 1 + 301);
    const filled = cells.filter((cell, at) => at % RECORD === PARENT && cell !== -1);
    expect(filled.length).toBe(tree.order.length - 1);
  }
});

/** Where the record of each node stands that is put where its row first fits, of an array that has no end. */
function firstFits({ order, parents, classes }: Tree): readonly number[] {
  const places = [0];
  const taken = new Set([0]);
  const nextFree = (from: number): number => (taken.has(from) ? nextFree(from + 1) : from);
  for (const parent of new Set(order.subarray(1).map((node) => parents[node]!))) {
    const row = order.filter((node) => parents[node] === parent);
    const lowest = classes[row[0]!]!;
    const end = Math.max(...taken) + 1;
    const recordsFrom = (first: number): number[] => [...row].map((node) => first - lowest + classes[node]!);
    let first = nextFree(lowest);
    for (let tries = 1; recordsFrom(first).some((record) => taken.has(record)); tries++)
      first = tries < 32 ? nextFree(first + 1) : end;
    for (const record of recordsFrom(first)) {
      taken.add(record);
      places.push(record * RECORD);
    }
  }
  return places;
}

test("a row stands where it first fits, wherever the array had to grow for that", () => {
  for (let count = 1; count <= 40; count++) {
    for (const size of [6, 9]) {
      const tree = treeOf([...scatteredRows(count, size, 30), ...scatteredRows(count, 1, 30)], 400);
      const { cells } = new DoubleArray(tree, 31);
      expect([...walk({ tree, classCount: 31 }, cells).values()]).toEqual(firstFits(tree));
    }
  }
});

test("what was free before the array grew is free still", () => {
  const rows = scatteredRows(25, 60);
  const nodes = treeOf(rows, 2_000).order.length;
  const { cells } = new DoubleArray(treeOf(rows, 2_000), 301);
  // A single child fits into any gap.
  const singles = Array.from({ length: 800 }, (_, index) => [1 + (index % 300)]);
  const more = new DoubleArray(treeOf([...rows, ...singles], nodes + 800), 301);
  expect(more.cells.length).toBe(cells.length);
});

test("rows that do not fit between others stand behind them, however many", () => {
  const tree = treeOf(scatteredRows(25, 60), 2_000);
  const { cells } = new DoubleArray(tree, 301);
  const places = walk({ tree, classCount: 301 }, cells);
  expect(new Set(places.values()).size).toBe(tree.order.length);
  // Four times as many as there are nodes, so the array grew from its first length, and no longer than the rows one behind the other.
  expect(cells.length / RECORD).toBeGreaterThan(3 * tree.order.length);
  expect(cells.length / RECORD).toBeLessThan((25 + 1) * 301);
  const free = Array.from({ length: cells.length / RECORD }, (_, record) => record).filter(
    (record) => ![...places.values()].includes(record * RECORD),
  );
  expect(free.filter((record) => cells[record * RECORD + PARENT] !== -1)).toEqual([]);
});

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

/** Walks the array from the root: the node at the place of each record. */
function walk({ tree, classCount }: Grown, cells: Int32Array): ReadonlyMap<number, number> {
  const places = new Map([[0, 0]]);
  const { order, parents, classes } = tree;
  const isChild = (place: number, unit: number): boolean => {
    const at = (cells[place + BASE] as number) + unit * RECORD;
    expect(at + RECORD).toBeLessThanOrEqual(cells.length);
    return cells[at + PARENT] === place;
  };
  for (const node of order.subarray(1)) {
    const place = places.get(parents[node] as number) as number;
    const unit = classes[node] as number;
    expect(isChild(place, unit)).toBe(true);
    places.set(node, (cells[place + BASE] as number) + unit * RECORD);
  }
  for (const [node, place] of places) {
    const own = order.filter((each) => each !== 0 && parents[each] === node).map((each) => classes[each] as number);
    const found = Array.from({ length: classCount - 1 }, (_, unit) => unit + 1).filter((unit) => isChild(place, unit));
    // A node without children has whatever base: it must not find itself or any other's.
    expect(found).toEqual([...own].sort((a, b) => a - b));
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

/** What a sliding log remembers of dropped keys: pairs of a time and units, two to a cell. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Arena, PAGE_BYTES, pageOf } from "../../../../engine/state/arena.ts";
import { Catalogue } from "../../../../engine/state/catalogue.ts";
import { UnitsSketch } from "../../../../engine/state/units-sketch.ts";
import { check } from "../../../helpers/property.ts";
import { Recorder } from "../../../helpers/recorder.ts";
import { hashOf } from "../../../helpers/tables.ts";

type Entry = readonly [units: number, time: number, expired?: number];

function sketchOf(...entries: readonly Entry[]): UnitsSketch {
  const arena = new Arena(20);
  const sketch = new UnitsSketch(arena, new Catalogue(arena, 0).use("limit"));
  for (const [units, time, expired = 0] of entries) sketch.enter(...hashOf(1), units, time, expired);
  return sketch;
}

/** What is found after a time, as pairs that count for something: the earlier and the later. */
function found(sketch: UnitsSketch, after = 0): readonly number[] {
  if (!sketch.find(...hashOf(1), after)) return [];
  const { earlier, earlierUnits, later, laterUnits } = sketch.found;
  return [earlier, earlierUnits, later, laterUnits];
}

test("nothing is known of a key that was not entered", () => {
  const sketch = sketchOf([5, 100]);
  expect([sketch.find(...hashOf(2), 0), sketch.find(...hashOf(1), 0)]).toEqual([false, true]);
});

test.each<[string, readonly Entry[], readonly number[]]>([
  ["one pair", [[5, 100]], [0, 0, 100, 5]],
  [
    "the earlier that used more",
    [
      [9, 100],
      [5, 200],
    ],
    [100, 4, 200, 5],
  ],
  [
    "the earlier that used more, though it came last",
    [
      [5, 200],
      [9, 100],
    ],
    [100, 4, 200, 5],
  ],
  [
    "a later one that used as much, alone",
    [
      [5, 100],
      [5, 200],
    ],
    [0, 0, 200, 5],
  ],
  [
    "a later one that used more, alone",
    [
      [5, 100],
      [6, 100],
    ],
    [0, 0, 100, 6],
  ],
  [
    "an earlier one that used no more, not at all",
    [
      [5, 200],
      [5, 100],
    ],
    [0, 0, 200, 5],
  ],
  [
    "one at the same time that used less, not at all",
    [
      [5, 200],
      [4, 200],
    ],
    [0, 0, 200, 5],
  ],
  [
    "of three the two apart, where the new one is near to the first",
    [
      [100, 1_000],
      [1, 9_000],
      [99, 1_010],
    ],
    [1_010, 99, 9_000, 1],
  ],
  [
    "of three the two apart, where the new one is near to the second",
    [
      [100, 1_000],
      [1, 9_000],
      [2, 8_990],
    ],
    [1_000, 98, 9_000, 2],
  ],
  [
    "of three the two old ones as one, where they are near",
    [
      [10, 1_000],
      [9, 1_001],
      [1, 9_000],
    ],
    [1_001, 9, 9_000, 1],
  ],
  [
    "of three as far apart as can be, the two old ones as one",
    [
      [3, 100],
      [2, 200],
      [1, 300],
    ],
    [200, 2, 300, 1],
  ],
  [
    "the latest two, where the first has left the window",
    [
      [9, 100],
      [5, 200],
      [1, 300, 100],
    ],
    [200, 4, 300, 1],
  ],
  [
    "all three as they come, where the first is not yet gone",
    [
      [9, 100],
      [5, 200],
      [1, 300, 99],
    ],
    [200, 8, 300, 1],
  ],
  [
    "one alone, where both before it have left the window",
    [
      [9, 100],
      [5, 200],
      [1, 300, 200],
    ],
    [0, 0, 300, 1],
  ],
  [
    "of three the two old ones as one, whichever of them came first",
    [
      [9, 1_001],
      [10, 1_000],
      [1, 9_000],
    ],
    [1_001, 9, 9_000, 1],
  ],
  [
    "of three as near to either the later one, raised",
    [
      [3, 100],
      [1, 300],
      [2, 200],
    ],
    [100, 1, 300, 2],
  ],
  [
    "of three the latest two, where one is covered by the second",
    [
      [9, 100],
      [5, 200],
      [4, 150],
    ],
    [100, 4, 200, 5],
  ],
  [
    "of three the latest two, where one is covered by the first",
    [
      [9, 100],
      [5, 200],
      [8, 90],
    ],
    [100, 4, 200, 5],
  ],
])("of entries of one key it finds %s", (_, entries, expected) => {
  const [earlier, earlierUnits, later, laterUnits] = found(sketchOf(...entries));
  expect([earlierUnits === 0 ? 0 : earlier, earlierUnits, later, laterUnits]).toEqual(expected);
});

test("a pair counts until the window has left its time", () => {
  const sketch = sketchOf([9, 100], [5, 200]);
  expect(found(sketch, 99)).toEqual([100, 4, 200, 5]);
  expect(found(sketch, 100)).toEqual([100, 0, 200, 5]);
  expect(found(sketch, 199)).toEqual([100, 0, 200, 5]);
  expect(found(sketch, 200)).toEqual([]);
});

test("never says less than was entered, told of every word", () => {
  const entry = fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 50 }), fc.nat(20));
  check(
    fc.property(fc.array(entry, { maxLength: 60 }), (entries) => {
      const arena = new Arena(20);
      const sketch = new UnitsSketch(arena, new Catalogue(arena, 0).use("limit"));
      const recorder = new Recorder(arena);
      const known = new Map<number, (readonly [units: number, time: number])[]>();
      let now = 100;
      for (const [key, units, pause] of entries) {
        now += pause;
        recorder.begin();
        sketch.enter(...hashOf(key), units, now, now - 100);
        expect(recorder.lost()).toEqual([]);
        known.set(key, [...(known.get(key) ?? []), [units, now]]);
      }
      for (const [key, pairs] of known) {
        for (const [units, time] of pairs) {
          if (time <= now - 100) continue;
          expect(sketch.find(...hashOf(key), time - 1)).toBe(true);
          const { earlierUnits, laterUnits, later } = sketch.found;
          expect(earlierUnits + laterUnits).toBeGreaterThanOrEqual(units);
          expect(later).toBeGreaterThanOrEqual(time);
        }
      }
    }),
    { runs: 60 },
  );
});

test("a page that goes leaves both pairs in the one that takes its keys", () => {
  const sketch = sketchOf();
  sketch.setBudget(3);
  const keys = Array.from({ length: 200 }, (_, key) => key);
  for (const key of keys) {
    sketch.enter(...hashOf(key), 100 + key, 1_000, 0);
    sketch.enter(...hashOf(key), 1 + (key % 7), 5_000 + key, 0);
  }
  expect(sketch.bytes).toBe(3 * PAGE_BYTES);
  sketch.setBudget(1);
  while (sketch.isTooLarge) sketch.shrink();
  const tooLittle = keys.filter((key) => {
    if (!sketch.find(...hashOf(key), 999)) return true;
    const { earlierUnits, laterUnits } = sketch.found;
    return earlierUnits + laterUnits < 100 + key || sketch.found.later < 5_000 + key || laterUnits < 1 + (key % 7);
  });
  expect([sketch.bytes, tooLittle]).toEqual([PAGE_BYTES, []]);
});

/** A hash whose cells are all of this index, and in one page. */
const cellsOf = (index: number, row3 = index): readonly [lo: number, hi: number] => [
  (index << 1) | (index << 10) | (index << 19),
  row3 << 23,
];

test("of the rows the one that says least counts, the first of those that say as much", () => {
  for (const [shared, own] of [
    [cellsOf(10, 11), cellsOf(10)],
    [cellsOf(11, 10), cellsOf(10)],
  ] as const) {
    for (const other of [50, 5]) {
      const sketch = sketchOf();
      sketch.enter(...own, 5, 100, 0);
      sketch.enter(...shared, other, 200, 0);
      expect(sketch.find(...own, 0)).toBe(true);
      expect(sketch.found.laterUnits + sketch.found.earlierUnits).toBe(5);
    }
  }
  const sketch = sketchOf();
  sketch.enter(...cellsOf(10), 5, 100, 0);
  sketch.enter(...cellsOf(11, 10), 5, 200, 0);
  expect([sketch.find(...cellsOf(10), 0), sketch.found.later]).toEqual([true, 100]);
});

test("a page that goes leaves just what it said, and nothing in the cells beside", () => {
  const sketch = sketchOf();
  expect(sketch.found).toEqual({ earlier: 0, earlierUnits: 0, later: 0, laterUnits: 0 });
  sketch.setBudget(3);
  for (let time = 0; time < 140; time++) {
    sketch.enter(...cellsOf(10), 100, 1_000, 0);
    sketch.enter(...cellsOf(10), 1, 5_000, 0);
  }
  expect(sketch.bytes).toBe(3 * PAGE_BYTES);
  sketch.setBudget(1);
  while (sketch.isTooLarge) sketch.shrink();
  expect(sketch.find(...cellsOf(10), 0)).toBe(true);
  expect(sketch.found).toEqual({ earlier: 1_000, earlierUnits: 99, later: 5_000, laterUnits: 1 });
  expect([sketch.find(...cellsOf(9), 0), sketch.find(...cellsOf(11), 0)]).toEqual([false, false]);
});

test("what says no more than is known changes nothing, and what does changes its own page alone", () => {
  const arena = new Arena(20);
  const head = new Catalogue(arena, 0).use("limit");
  const sketch = new UnitsSketch(arena, head);
  const told = new Set<number>();
  arena.guard = { before: (at) => told.add(pageOf(at)) };
  /** Pages besides that of the table's head, which counts what was entered. */
  const changed = (units: number, time: number): number => {
    told.clear();
    sketch.enter(...hashOf(1), units, time, 0);
    told.delete(pageOf(head));
    return told.size;
  };
  const entries = [
    [9, 100],
    [5, 200],
    [9, 100],
    [5, 200],
    [8, 90],
    [4, 150],
    [5, 199],
    [1, 300],
    [1, 300],
  ] as const;
  expect(entries.map(([units, time]) => changed(units, time))).toEqual([1, 1, 0, 0, 0, 0, 0, 1, 0]);
});

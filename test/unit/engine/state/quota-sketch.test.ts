/** What a calendar quota remembers of dropped keys: the most used of a unit, and ahead of the next. */
import { expect, test } from "vitest";
import { Arena, PAGE_BYTES } from "../../../../engine/state/arena.ts";
import { CalendarClock } from "../../../../engine/state/calendar-clock.ts";
import { Catalogue } from "../../../../engine/state/catalogue.ts";
import { QuotaSketch } from "../../../../engine/state/quota-sketch.ts";
import { Recorder } from "../../../helpers/recorder.ts";
import { hashOf } from "../../../helpers/tables.ts";

const HOUR = 3_600_000_000;
const clock = new CalendarClock("hour", "UTC");

type Entry = readonly [hour: number, used: number, ahead: number];

function sketchOf(...entries: readonly Entry[]): QuotaSketch {
  const arena = new Arena(20);
  const sketch = new QuotaSketch(arena, new Catalogue(arena, 0).use("limit"));
  const recorder = new Recorder(arena);
  for (const [hour, used, ahead] of entries) {
    recorder.begin();
    sketch.enter(...hashOf(1), hour * HOUR, used, ahead);
    expect(recorder.lost()).toEqual([]);
  }
  return sketch;
}

/** Whether anything is found for the unit that ends at an hour, what was used of it, and what ahead of the next. */
function found(sketch: QuotaSketch, hour: number, key = 1): readonly [boolean, number, number] {
  const any = sketch.find(...hashOf(key), hour * HOUR, clock);
  return [any, sketch.used, sketch.ahead];
}

test("says what was used of a unit and ahead of the next, and of the next what was used ahead of it", () => {
  const sketch = sketchOf([10, 5, 2]);
  expect([9, 10, 11, 12].map((hour) => found(sketch, hour))).toEqual([
    [false, 0, 0],
    [true, 5, 2],
    [true, 2, 0],
    [false, 0, 0],
  ]);
  expect(found(sketch, 10, 2)).toEqual([false, 0, 0]);
});

test("finds what was used ahead alone, or of the unit alone", () => {
  expect([found(sketchOf([10, 0, 3]), 10), found(sketchOf([10, 3, 0]), 10), found(sketchOf([10, 3, 0]), 11)]).toEqual([
    [true, 0, 3],
    [true, 3, 0],
    [false, 0, 0],
  ]);
});

test.each<[string, readonly Entry[], readonly [boolean, number, number]]>([
  [
    "the most of each",
    [
      [10, 5, 1],
      [10, 3, 2],
    ],
    [true, 5, 2],
  ],
  [
    "the most of each, whichever came last",
    [
      [10, 3, 2],
      [10, 5, 1],
    ],
    [true, 5, 2],
  ],
  [
    "of a later unit what was used ahead of it, where that is more",
    [
      [9, 8, 4],
      [10, 3, 0],
    ],
    [true, 4, 0],
  ],
  [
    "of a later unit what was used of it, where that is more",
    [
      [9, 8, 2],
      [10, 3, 1],
    ],
    [true, 3, 1],
  ],
  [
    "of an earlier unit what was used ahead of it, where that is more",
    [
      [10, 3, 1],
      [9, 8, 4],
    ],
    [true, 4, 1],
  ],
  [
    "of an earlier unit nothing, where that is less",
    [
      [10, 3, 1],
      [9, 8, 2],
    ],
    [true, 3, 1],
  ],
])("of entries of one key it says %s", (_, entries, expected) => {
  expect(found(sketchOf(...entries), 10)).toEqual(expected);
});

test("a page that goes leaves what it says in the one that takes its keys", () => {
  const sketch = sketchOf();
  sketch.setBudget(3);
  const keys = Array.from({ length: 200 }, (_, key) => key);
  for (const key of keys) sketch.enter(...hashOf(key), 10 * HOUR, 1 + (key % 50), key % 3);
  expect(sketch.bytes).toBe(3 * PAGE_BYTES);
  sketch.setBudget(1);
  while (sketch.isTooLarge) sketch.shrink();
  const tooLittle = keys.filter((key) => {
    const [, used, ahead] = found(sketch, 10, key);
    return used < 1 + (key % 50) || ahead < key % 3;
  });
  expect([sketch.bytes, tooLittle]).toEqual([PAGE_BYTES, []]);
});

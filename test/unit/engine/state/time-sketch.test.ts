/** What a limit by arrival times remembers of dropped keys. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Arena, PAGE_BYTES } from "../../../../engine/state/arena.ts";
import { Catalogue } from "../../../../engine/state/catalogue.ts";
import { TimeSketch } from "../../../../engine/state/time-sketch.ts";
import { check } from "../../../helpers/property.ts";
import { Recorder } from "../../../helpers/recorder.ts";
import { hashOf } from "../../../helpers/tables.ts";

function sketchOf(): { readonly arena: Arena; readonly sketch: TimeSketch } {
  const arena = new Arena(20);
  return { arena, sketch: new TimeSketch(arena, new Catalogue(arena, 0).use("limit")) };
}

test("of one key it is the latest time, whichever was entered last, and of a stranger nothing", () => {
  const { sketch } = sketchOf();
  expect(sketch.time(...hashOf(1))).toBe(0);
  for (const time of [50, 70, 60]) sketch.enter(...hashOf(1), time);
  expect([sketch.time(...hashOf(1)), sketch.time(...hashOf(2))]).toEqual([70, 0]);
});

test("rows lie apart: a key that shares a cell of one row with another is not taken for it", () => {
  const { sketch } = sketchOf();
  // Rows 0 to 2 go by bits 1, 10 and 19 of the first half, and row 3 by the upper bits of the second.
  const keys = [0, 1 << 1, 1 << 10, 1 << 19].map((lo) => [lo, 0] as const);
  sketch.enter(...(keys[0] as readonly [number, number]), 9);
  expect([...keys.map(([lo, hi]) => sketch.time(lo, hi)), sketch.time(0, 1 << 23)]).toEqual([9, 0, 0, 0, 0]);
});

test("never says less than was entered, told of every word, and exactly that while few keys share cells", () => {
  const entry = fc.tuple(fc.nat(40), fc.nat(1_000));
  check(
    fc.property(fc.array(entry, { maxLength: 50 }), (entries) => {
      const { arena, sketch } = sketchOf();
      const recorder = new Recorder(arena);
      const latest = new Map<number, number>();
      for (const [key, time] of entries) {
        recorder.begin();
        sketch.enter(...hashOf(key), time);
        expect(recorder.lost()).toEqual([]);
        latest.set(key, Math.max(latest.get(key) ?? 0, time));
      }
      for (let key = 0; key <= 40; key++) expect(sketch.time(...hashOf(key))).toBe(latest.get(key) ?? 0);
    }),
    { runs: 50 },
  );
});

test("a page that goes leaves its times in the one that takes its keys", () => {
  const { sketch } = sketchOf();
  sketch.setBudget(3);
  const keys = Array.from({ length: 600 }, (_, key) => key);
  for (const key of keys) sketch.enter(...hashOf(key), 1_000 + key);
  expect(sketch.bytes).toBe(3 * PAGE_BYTES);
  sketch.setBudget(1);
  while (sketch.isTooLarge) sketch.shrink();
  expect(sketch.bytes).toBe(PAGE_BYTES);
  expect(keys.filter((key) => sketch.time(...hashOf(key)) < 1_000 + key)).toEqual([]);
});

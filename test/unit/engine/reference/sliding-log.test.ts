import { expect, test } from "vitest";
import {
  fullIn,
  isHolding,
  NO_LOG,
  releaseAt,
  released,
  type SlidingLog,
  usedIn,
  windowOf,
  withoutEntry,
} from "../../../../engine/reference/sliding-log.ts";

const WINDOW = 100;

function log(...entries: readonly (readonly [at: number, cost: number])[]): SlidingLog {
  return entries.reduce((each, [at, cost]) => released(each, WINDOW, cost, at), NO_LOG);
}

test("a window holds what was released in it, its beginning left out", () => {
  const some = log([0, 1], [50, 2], [99, 4]);
  expect([50, 99, 100, 150, 199].map((now) => usedIn(some, now, WINDOW))).toEqual([7, 7, 6, 4, 0]);
  expect(windowOf(some, 100, WINDOW)).toEqual([
    { at: 50, cost: 2 },
    { at: 99, cost: 4 },
  ]);
});

test("what a window does not reach is dropped with the next release", () => {
  expect(log([0, 1], [99, 1]).entries.length).toBe(2);
  expect(log([0, 1], [100, 1])).toEqual({ entries: [{ at: 100, cost: 1 }], windowMicros: WINDOW });
});

test("a request is released as soon as its window has room", () => {
  const some = log([0, 2], [50, 3]);
  const release = (cost: number, now: number): number | null => releaseAt(some, 6, WINDOW, cost, now);
  expect([release(1, 60), release(2, 60), release(3, 60), release(4, 60), release(6, 60)]).toEqual([
    60, 100, 100, 150, 150,
  ]);
  expect([release(2, 100), release(6, 149), release(6, 150), release(6, 500)]).toEqual([100, 150, 150, 500]);
  expect(release(7, 60)).toBeNull();
  expect(releaseAt(NO_LOG, 6, WINDOW, 6, 60)).toBe(60);
});

test("none is released before one that is held", () => {
  const held = log([0, 1], [80, 1]);
  expect(releaseAt(held, 6, WINDOW, 1, 10)).toBe(80);
  expect([isHolding(held, 79), isHolding(held, 80), isHolding(NO_LOG, 0)]).toEqual([true, false, false]);
});

test("an entry is taken out by its release and its cost, once", () => {
  const some = log([0, 1], [0, 1], [0, 2], [50, 1]);
  expect(withoutEntry(some, 0, 1).entries.length).toBe(3);
  expect(withoutEntry(some, 0, 2).entries).toEqual([
    { at: 0, cost: 1 },
    { at: 0, cost: 1 },
    { at: 50, cost: 1 },
  ]);
  expect(withoutEntry(some, 0, 3)).toEqual(some);
  expect(withoutEntry(some, 1, 1)).toEqual(some);
  expect(withoutEntry(some, 0, 1).windowMicros).toBe(WINDOW);
});

test("a log is full again when its latest entry leaves", () => {
  const some = log([0, 1], [50, 1]);
  expect([
    fullIn(some, 50, WINDOW),
    fullIn(some, 149, WINDOW),
    fullIn(some, 150, WINDOW),
    fullIn(some, 999, WINDOW),
  ]).toEqual([100, 1, 0, 0]);
  expect(fullIn(NO_LOG, 0, WINDOW)).toBe(0);
});

import { expect, test } from "vitest";
import { type Acquaintance, countKnown, isNovel, learnt, youthOf } from "../../../../engine/reference/novel.ts";

const WINDOW = 800;

/** A key that was served with values at these times. */
function served(...events: readonly (readonly [value: number, at: number])[]): Acquaintance {
  const known = events.reduce<Acquaintance | null>((each, [value, at]) => learnt(each, value, at, WINDOW), null);
  if (known === null) throw new Error("no events");
  return known;
}

test("a value is novel that the key was not served with in the window", () => {
  const known = served([1, 0], [2, 50]);
  expect(isNovel(known, 3, 100, WINDOW)).toBe(true);
  expect([isNovel(known, 1, 100, WINDOW), isNovel(known, 2, 100, WINDOW)]).toEqual([false, false]);
  expect([isNovel(known, 1, 799, WINDOW), isNovel(known, 1, 800, WINDOW)]).toEqual([false, true]);
});

test("nothing is novel to a key that is unknown, young, or forgotten", () => {
  expect(isNovel(null, 1, 100, WINDOW)).toBe(false);
  const known = served([1, 1_000]);
  expect([isNovel(known, 2, 1_099, WINDOW), isNovel(known, 2, 1_100, WINDOW)]).toEqual([false, true]);
  expect([isNovel(known, 2, 1_799, WINDOW), isNovel(known, 2, 1_800, WINDOW)]).toEqual([true, false]);
});

test("a key is young until it has been known for an eighth of the window, and again once it is forgotten", () => {
  expect(youthOf(null, 0, WINDOW)).toEqual({ knownMicros: null, neededMicros: 100 });
  const known = served([1, 1_000]);
  const at = (now: number): unknown => youthOf(known, now, WINDOW);
  expect([at(1_000), at(1_099)]).toEqual([0, 99].map((knownMicros) => ({ knownMicros, neededMicros: 100 })));
  expect([at(1_100), at(1_799)]).toEqual([null, null]);
  expect(at(1_800)).toEqual({ knownMicros: null, neededMicros: 100 });
  expect(youthOf(known, 1_000, 801)?.neededMicros).toBe(101);
});

test("values are counted while they live", () => {
  const known = served([1, 0], [2, 50], [1, 100]);
  expect([0, 849, 850, 899, 900].map((now) => countKnown(known, now, WINDOW))).toEqual([2, 2, 1, 1, 0]);
  expect(countKnown(null, 0, WINDOW)).toBe(0);
});

test("a key whose values are all gone begins anew", () => {
  expect(served([1, 0], [2, 50]).since).toBe(0);
  expect(served([1, 0], [2, 799]).since).toBe(0);
  expect(served([1, 0], [2, 800])).toEqual({ slots: [{ value: 2, at: 800 }], since: 800 });
});

test("the latest 32 values are known; a new one takes the place of the oldest, the first of several", () => {
  const known = served(...Array.from({ length: 32 }, (_, index) => [index, index < 3 ? 5 : 10] as const));
  expect(known.slots.length).toBe(32);
  const more = learnt(known, 99, 20, WINDOW);
  expect(more.slots.length).toBe(32);
  expect(more.slots[0]).toEqual({ value: 99, at: 20 });
  expect(learnt(more, 98, 21, WINDOW).slots[1]).toEqual({ value: 98, at: 21 });
  expect(learnt(known, 7, 30, WINDOW).slots.filter(({ value }) => value === 7)).toEqual([{ value: 7, at: 30 }]);
});

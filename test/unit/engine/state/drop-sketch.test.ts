/** The sketches of dropped keys: never less than what was entered, through growth and shrinking, and every word that changes is told. */
import { describe, expect, test } from "vitest";
import { Arena, PAGE_BYTES } from "../../../../engine/state/arena.ts";
import { CalendarClock } from "../../../../engine/state/calendar-clock.ts";
import { Catalogue } from "../../../../engine/state/catalogue.ts";
import { type DropSketch, discardSketch } from "../../../../engine/state/drop-sketch.ts";
import { QuotaSketch } from "../../../../engine/state/quota-sketch.ts";
import { TimeSketch } from "../../../../engine/state/time-sketch.ts";
import { UnitsSketch } from "../../../../engine/state/units-sketch.ts";
import { Recorder } from "../../../helpers/recorder.ts";
import { hashOf } from "../../../helpers/tables.ts";

const HOUR = 3_600_000_000;
const KEYS = 3_000;

function sketchIn<S extends DropSketch>(
  make: (arena: Arena, head: number) => S,
): { readonly arena: Arena; readonly head: number; readonly sketch: S } {
  const arena = new Arena(200);
  const head = new Catalogue(arena, 0).use("limit");
  return { arena, head, sketch: make(arena, head) };
}

/** Grows a sketch to some pages, and makes it small again; at every step all that was entered must hold. */
function through(
  arena: Arena,
  sketch: DropSketch,
  enter: (key: number, step: number) => void,
  holds: (key: number) => boolean,
): void {
  const recorder = new Recorder(arena);
  const holdsAll = (): boolean => Array.from({ length: KEYS }, (_, key) => key).every(holds);
  const step = (change: () => void): void => {
    recorder.begin();
    change();
    expect(recorder.lost()).toEqual([]);
  };
  sketch.setBudget(9);
  for (let key = 0; key < KEYS; key++) {
    if (key % 97 === 0) step(() => enter(key, key));
    else enter(key, key);
  }
  expect(sketch.bytes).toBe(9 * PAGE_BYTES);
  expect(holdsAll()).toBe(true);
  for (const pages of [6, 3, 2, 1]) {
    sketch.setBudget(pages);
    while (sketch.isTooLarge) step(() => sketch.shrink());
    expect(sketch.bytes).toBeLessThanOrEqual(pages * PAGE_BYTES);
    expect(holdsAll()).toBe(true);
  }
  sketch.setBudget(4);
  for (let key = 0; key < KEYS; key++) enter(key, KEYS + key);
  expect(holdsAll()).toBe(true);
}

describe("never says less than was entered", () => {
  test("of arrival times", () => {
    const { arena, sketch } = sketchIn((each, head) => new TimeSketch(each, head));
    const times = new Map<number, number>();
    const enter = (key: number, step: number): void => {
      const time = 1_000 + ((step * 7_919) % 100_003);
      times.set(key, Math.max(times.get(key) ?? 0, time));
      sketch.enter(...hashOf(key), time);
    };
    through(arena, sketch, enter, (key) => sketch.time(...hashOf(key)) >= (times.get(key) ?? 0));
    expect(sketch.time(...hashOf(1))).toBeLessThan(102_000);
  });

  test("of units and the time of the latest", () => {
    const { arena, sketch } = sketchIn((each, head) => new UnitsSketch(each, head));
    const latest = new Map<number, readonly [time: number, units: number]>();
    const enter = (key: number, step: number): void => {
      const [time, units] = [1_000 + step, 1 + ((step * 31) % 200)];
      latest.set(key, [time, units]);
      sketch.enter(...hashOf(key), units, time, 0);
    };
    through(arena, sketch, enter, (key) => {
      const [time, units] = latest.get(key) ?? [0, 0];
      const until = (after: number): number => {
        if (!sketch.find(...hashOf(key), after)) return 0;
        const { found } = sketch;
        return (found.earlier > after ? found.earlierUnits : 0) + (found.later > after ? found.laterUnits : 0);
      };
      return until(time - 1) >= units && until(0) >= units;
    });
    expect(sketch.bytes).toBe(4 * PAGE_BYTES);
  });

  test("of a unit of the calendar and the next", () => {
    const clock = new CalendarClock("hour", "UTC");
    const { arena, sketch } = sketchIn((each, head) => new QuotaSketch(each, head));
    const latest = new Map<number, readonly [end: number, used: number, ahead: number]>();
    const enter = (key: number, step: number): void => {
      const [end, used, ahead] = [HOUR * (100 + Math.floor(step / 1_000)), 1 + (step % 50), step % 3];
      latest.set(key, [end, used, ahead]);
      last = Math.max(last, end);
      sketch.enter(...hashOf(key), end, used, ahead);
    };
    let last = 0;
    through(arena, sketch, enter, (key) => {
      const [end, used, ahead] = latest.get(key) ?? [0, 0, 0];
      sketch.find(...hashOf(key), last, clock);
      if (end === last) return sketch.used >= used && sketch.ahead >= ahead;
      return end + HOUR < last || sketch.used >= ahead;
    });
    expect(sketch.bytes).toBe(4 * PAGE_BYTES);
  });
});

test("a log's cell tells apart who used much long ago and who used little just now", () => {
  const { sketch } = sketchIn((arena, head) => new UnitsSketch(arena, head));
  sketch.enter(...hashOf(1), 100, 1_000, 0);
  sketch.enter(...hashOf(1), 2, 5_000, 0);
  expect(sketch.find(...hashOf(1), 0)).toBe(true);
  expect(sketch.found).toEqual({ earlier: 1_000, earlierUnits: 98, later: 5_000, laterUnits: 2 });
  expect(sketch.find(...hashOf(1), 1_000)).toBe(true);
  expect([sketch.found.earlierUnits, sketch.found.laterUnits]).toEqual([0, 2]);
  expect(sketch.find(...hashOf(1), 5_000)).toBe(false);
});

test("knows nothing of a key that was not entered, while there are few", () => {
  const { sketch } = sketchIn((arena, head) => new TimeSketch(arena, head));
  for (let key = 0; key < 50; key++) sketch.enter(...hashOf(key), 9_000);
  const strangers = Array.from({ length: 1_000 }, (_, key) => sketch.time(...hashOf(1_000 + key)));
  expect(strangers.filter((time) => time > 0).length).toBeLessThan(5);
});

test("gives all its pages back", () => {
  const { arena, head, sketch } = sketchIn((each, at) => new TimeSketch(each, at));
  const before = arena.inUse - sketch.bytes;
  sketch.setBudget(20);
  for (let key = 0; key < 10_000; key++) sketch.enter(...hashOf(key), 1);
  expect(sketch.bytes).toBe(20 * PAGE_BYTES);
  discardSketch(arena, head);
  expect(arena.inUse).toBe(before);
});

describe("pages", () => {
  /** Keys after which a page of arrival times is full: half the cells of a row. */
  const FULL = 256;
  const enter = (sketch: TimeSketch, from: number, to: number): void => {
    for (let key = from; key < to; key++) sketch.enter(...hashOf(key), 9_000);
  };

  test("come one at a time, as soon as the keys of the last ones are too many", () => {
    const { arena, sketch } = sketchIn((each, head) => new TimeSketch(each, head));
    const others = arena.inUse - PAGE_BYTES;
    sketch.setBudget(9);
    const sizes = [FULL, FULL + 1, FULL + 2, 2 * FULL + 1, 2 * FULL + 2, 2 * FULL + 3].map((keys, index, all) => {
      enter(sketch, all[index - 1] ?? 0, keys);
      return [sketch.bytes / PAGE_BYTES, (arena.inUse - others) / PAGE_BYTES];
    });
    // The second page brings the one that leads to both.
    expect(sizes).toEqual([1, 3, 3, 3, 4, 4].map((pages) => [pages, pages]));
    expect(sketch.isTooLarge).toBe(false);
  });

  test("come at once where there is room for them again, but never beyond the budget or the arena", () => {
    const { arena, sketch } = sketchIn((each, head) => new TimeSketch(each, head));
    sketch.setBudget(2);
    enter(sketch, 0, 2 * FULL);
    expect(sketch.bytes).toBe(PAGE_BYTES);
    sketch.setBudget(3);
    arena.setLimit(arena.used + 1);
    enter(sketch, 2 * FULL, 2 * FULL + 1);
    expect(sketch.bytes).toBe(PAGE_BYTES);
    arena.setLimit(arena.used + 2);
    enter(sketch, 2 * FULL + 1, 2 * FULL + 2);
    expect([sketch.bytes, arena.room]).toEqual([3 * PAGE_BYTES, 0]);
  });

  test("share the keys: were thousands in one, every stranger would be taken for one of them", () => {
    const { sketch } = sketchIn((each, head) => new TimeSketch(each, head));
    sketch.setBudget(30);
    enter(sketch, 0, 29 * FULL);
    const strangers = Array.from({ length: 1_000 }, (_, key) => sketch.time(...hashOf(100_000 + key)));
    expect(strangers.filter((time) => time > 0).length).toBeLessThan(750);
  });

  test("go back to the arena, and all of it is told to its guard", () => {
    const { arena, head, sketch } = sketchIn((each, at) => new TimeSketch(each, at));
    const others = arena.inUse - PAGE_BYTES;
    const recorder = new Recorder(arena);
    const step = (change: () => void): void => {
      recorder.begin();
      change();
      expect(recorder.lost()).toEqual([]);
    };
    for (let round = 0; round < 2; round++) {
      step(() => sketch.setBudget(5));
      for (let page = 0; sketch.bytes < 5 * PAGE_BYTES; page++) {
        enter(sketch, page * (FULL + 1), page * (FULL + 1) + FULL);
        step(() => enter(sketch, page * (FULL + 1) + FULL, (page + 1) * (FULL + 1)));
      }
      step(() => sketch.setBudget(1));
      while (sketch.isTooLarge) step(() => sketch.shrink());
      expect(arena.inUse - others).toBe(PAGE_BYTES);
    }
    step(() => discardSketch(arena, head));
    expect(arena.inUse).toBe(others);
  });
});

test("whoever makes it again over the same table finds what it said; for another there may be no page left", () => {
  const { arena, head, sketch } = sketchIn((each, at) => new TimeSketch(each, at));
  sketch.enter(...hashOf(7), 9_000);
  expect(new TimeSketch(arena, head).time(...hashOf(7))).toBe(9_000);
  arena.setLimit(arena.used);
  const other = new Catalogue(arena, 0).use("other");
  expect(() => new TimeSketch(arena, other)).toThrow(/no page left for another limit/);
});

test("the first page of a sketch is told to the guard", () => {
  const arena = new Arena(20);
  const head = new Catalogue(arena, 0).use("limit");
  const recorder = new Recorder(arena);
  const sketch = new TimeSketch(arena, head);
  expect([recorder.lost(), sketch.bytes]).toEqual([[], PAGE_BYTES]);
});

test("rows look at different bits of the hash, so that keys which differ in any one of them are told apart", () => {
  const { sketch } = sketchIn((arena, head) => new TimeSketch(arena, head));
  sketch.enter(0, 2, 9_000);
  const ofLo = Array.from({ length: 27 }, (_, bit) => sketch.time(1 << (bit + 1), 2));
  const ofHi = Array.from({ length: 9 }, (_, bit) => sketch.time(0, 2 | (1 << (bit + 23))));
  expect([...ofLo, ...ofHi].filter((time) => time > 0)).toEqual([]);
});

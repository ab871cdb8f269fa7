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
      sketch.enter(...hashOf(key), end, used, ahead);
    };
    const last = (): number => Math.max(...[...latest.values()].map(([end]) => end));
    through(arena, sketch, enter, (key) => {
      const [end, used, ahead] = latest.get(key) ?? [0, 0, 0];
      sketch.find(...hashOf(key), last(), clock);
      if (end === last()) return sketch.used >= used && sketch.ahead >= ahead;
      return end + HOUR < last() || sketch.used >= ahead;
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

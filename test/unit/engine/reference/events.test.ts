import { describe, expect, test } from "vitest";
import type { Aggregate } from "../../../../engine/index.ts";
import { livingEvents, logged, type LoggedEvent, readEvents } from "../../../../engine/reference/events.ts";

const WINDOW = 1_600;
const LARGEST = 2 ** 53;
type Kind = Aggregate["kind"];

function log(kind: Kind, events: readonly (readonly [at: number, value?: number | boolean])[]): readonly LoggedEvent[] {
  return events.reduce<readonly LoggedEvent[]>((all, [at, value = 0]) => logged(all, kind, value, at, WINDOW), []);
}

function read(kind: Kind, events: readonly (readonly [at: number, value?: number | boolean])[], now: number): number {
  return readEvents(log(kind, events), kind, now, WINDOW);
}

function values(...all: readonly (number | boolean)[]): readonly (readonly [number, number | boolean])[] {
  return all.map((value) => [0, value] as const);
}

test("an event lives to the end of the sixteenth sub-window after its own", () => {
  const some = log("count", [[99], [100]]);
  expect([0, 1_699, 1_700, 1_799, 1_800].map((now) => livingEvents(some, now, WINDOW).length)).toEqual([2, 2, 1, 1, 0]);
  expect(livingEvents(some, 1_699, WINDOW)).toBe(some);
  expect(log("count", [[0], [1_700]]).length).toBe(1);
});

describe("what is read", () => {
  test("of a count is how many live", () => {
    expect([
      read("count", [[0], [0], [100]], 0),
      read("count", [[0], [0], [100]], 1_700),
      read("count", [], 0),
    ]).toEqual([3, 1, 0]);
  });

  test("of a sum and a maximum is of the values that live", () => {
    expect([
      read(
        "sum",
        [
          [0, 5],
          [100, 7],
        ],
        100,
      ),
      read(
        "sum",
        [
          [0, 5],
          [100, 7],
        ],
        1_700,
      ),
      read("sum", [], 0),
    ]).toEqual([12, 7, 0]);
    expect(read("sum", values(LARGEST, LARGEST), 0)).toBe(LARGEST);
    expect(read("sum", values(-LARGEST, -LARGEST), 0)).toBe(-LARGEST);
    expect(
      read(
        "sum",
        [
          [0, LARGEST],
          [0, 5],
          [100, -5],
        ],
        100,
      ),
    ).toBe(LARGEST - 5);
    expect([read("max", values(3, 9, 4), 0), read("max", values(-3, -9), 0), read("max", [], 0)]).toEqual([9, -3, 0]);
  });

  test("of a share is the hits in percent, from eight events on", () => {
    expect(read("share", values(true, true, true, true, true, true, true), 0)).toBe(0);
    expect(read("share", values(true, false, true, false, true, true, true, true), 0)).toBe(75);
    expect(read("share", values(...Array.from({ length: 8 }, () => false)), 0)).toBe(0);
  });

  test("of steps is those within one of the value before", () => {
    expect(read("steps", values(1, 2, 2, 1, 3, 4, 6, 5), 0)).toBe((100 * 5) / 8);
    expect(log("steps", values(5, 6, 8)).map(({ hit }) => hit)).toEqual([false, true, false]);
    expect(
      log("steps", [
        [0, 5],
        [1_700, 6],
      ]).map(({ hit }) => hit),
    ).toEqual([false]);
  });

  test("of an interval is the median gap of the latest 33", () => {
    expect(read("interval", [], 0)).toBe(WINDOW);
    expect(read("interval", [[0]], 0)).toBe(WINDOW);
    expect(read("interval", [[0], [10]], 10)).toBe(10);
    expect(read("interval", [[0], [10], [40]], 40)).toBe(20);
    expect(read("interval", [[0], [10], [41]], 41)).toBe(20);
    expect(read("interval", [[0], [10], [40], [41]], 41)).toBe(10);
    expect(read("interval", [[0], [100], [101]], 1_599)).toBe(50);
    expect(read("interval", [[0], [100], [101]], 1_600)).toBe(1);
    const many = Array.from({ length: 33 }, (_, index) => [100 + index] as const);
    expect(read("interval", [[0], [50], ...many], 140)).toBe(1);
    // Of 18 gaps of 20 and 17 of one, the latest 32 have 15 and 17.
    const slow = Array.from({ length: 19 }, (_, index) => [20 * index] as const);
    const quick = Array.from({ length: 17 }, (_, index) => [361 + index] as const);
    expect(read("interval", [...slow, ...quick], 380)).toBe(1);
    const pause = log("interval", [[0], [1], [2], [30]]);
    expect([2, 3, 4].map((latest) => readEvents(pause, "interval", 30, WINDOW, latest))).toEqual([28, 14, 1]);
  });

  test("of elapsed is since the latest event, at most a window", () => {
    expect([read("elapsed", [], 7), read("elapsed", [[0], [5]], 7), read("elapsed", [[0]], 9_999)]).toEqual([
      WINDOW,
      2,
      WINDOW,
    ]);
  });
});

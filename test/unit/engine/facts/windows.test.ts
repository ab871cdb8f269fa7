import { expect, test } from "vitest";
import { isInWindow } from "../../../../engine/facts/windows.ts";
import { ZoneClock } from "../../../../engine/facts/zone-clock.ts";
import type { Window } from "../../../../engine/index.ts";

const HOUR = 3_600_000_000;
const ZONES = new Map([["Europe/Rome", new ZoneClock("Europe/Rome")]]);
const ROME = { zone: "Europe/Rome" };
const micros = (text: string): number => Date.parse(text) * 1_000;

function windowOf(recurrence: Window["recurrence"]): (now: number) => boolean {
  const window: Window = { name: "w", doc: "", span: { file: 0, start: 0, end: 0 }, recurrence };
  return (now) => isInWindow(window, ZONES, now);
}

test("a daily window holds its start and not its end, to the microsecond", () => {
  const open = windowOf({ kind: "daily", from: 9 * HOUR, to: 17 * HOUR, ...ROME });
  const nine = micros("2026-01-15T08:00:00Z");
  const five = micros("2026-01-15T16:00:00Z");
  expect([nine - 1, nine, five - 1, five].map(open)).toEqual([false, true, true, false]);
});

test("a daily window wraps around midnight; one of no length is the whole day", () => {
  const night = windowOf({ kind: "daily", from: 22 * HOUR, to: 6 * HOUR, ...ROME });
  const times = ["2026-01-15T20:59:59Z", "2026-01-15T21:00:00Z", "2026-01-16T04:59:59Z", "2026-01-16T05:00:00Z"];
  expect(times.map(micros).map(night)).toEqual([false, true, true, false]);
  const always = windowOf({ kind: "daily", from: 6 * HOUR, to: 6 * HOUR, ...ROME });
  expect(times.map(micros).every(always)).toBe(true);
});

test("a weekly window wraps around the week", () => {
  const open = windowOf({ kind: "weekly", fromDay: 6, from: 22 * HOUR, toDay: 0, to: 6 * HOUR, ...ROME });
  const times = [
    "2026-01-18T20:59:59Z",
    "2026-01-18T21:00:00Z",
    "2026-01-19T04:59:59Z",
    "2026-01-19T05:00:00Z",
    "2026-01-21T22:00:00Z",
  ];
  expect(times.map(micros).map(open)).toEqual([false, true, true, false, false]);
});

test("the wall clock counts: an hour that is repeated is in twice, one that is skipped never comes", () => {
  const open = windowOf({ kind: "daily", from: 2 * HOUR, to: 3 * HOUR, ...ROME });
  const back = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z"];
  expect(back.map(micros).map(open)).toEqual([true, true, false]);
  const forth = ["2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z"];
  expect(forth.map(micros).map(open)).toEqual([false, false]);
});

test("a single window needs no zone", () => {
  const open = windowOf({ kind: "once", from: 10, to: 20 });
  expect([9, 10, 19, 20].map(open)).toEqual([false, true, true, false]);
});

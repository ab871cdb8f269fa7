import { describe, expect, test } from "vitest";
import { endOfUnit, isOpen, wallClock, weekdayOf } from "../../../../engine/reference/wall-clock.ts";

const HOUR = 3_600_000_000;

function micros(text: string): number {
  return Date.parse(text) * 1_000;
}

describe("ends of calendar units", () => {
  test.each([
    ["an hour", "2026-01-01T10:00:00Z", "hour", "UTC", "2026-01-01T11:00:00Z"],
    [
      "an hour of a zone off by three quarters",
      "2026-01-01T10:00:00Z",
      "hour",
      "Asia/Kathmandu",
      "2026-01-01T10:15:00Z",
    ],
    ["the hour that comes twice in Rome", "2026-10-25T00:10:00Z", "hour", "Europe/Rome", "2026-10-25T02:00:00Z"],
    ["the hour before the one that Rome skips", "2026-03-29T00:59:00Z", "hour", "Europe/Rome", "2026-03-29T01:00:00Z"],
    [
      "the hour that comes one and a half times on Lord Howe",
      "2026-04-04T14:10:00Z",
      "hour",
      "Australia/Lord_Howe",
      "2026-04-04T15:30:00Z",
    ],
    [
      "the half hour that is left on Lord Howe",
      "2026-10-03T15:40:00Z",
      "hour",
      "Australia/Lord_Howe",
      "2026-10-03T16:00:00Z",
    ],
    ["a day of 23 hours", "2026-03-28T23:00:00Z", "day", "Europe/Rome", "2026-03-29T22:00:00Z"],
    ["a day of 25 hours", "2026-10-24T22:00:00Z", "day", "Europe/Rome", "2026-10-25T23:00:00Z"],
    ["a month of 31 days less an hour", "2026-03-01T12:00:00Z", "month", "Europe/Rome", "2026-03-31T22:00:00Z"],
    ["a month that ends a year", "2026-12-31T23:30:00Z", "month", "UTC", "2027-01-01T00:00:00Z"],
  ] as const)("%s", (_, now, unit, zone, end) => {
    expect(endOfUnit(micros(now), unit, zone)).toBe(micros(end));
    expect(endOfUnit(micros(end) - 1, unit, zone)).toBe(micros(end));
    expect(endOfUnit(micros(end), unit, zone)).toBeGreaterThan(micros(end));
  });
});

test("an hour that the clock comes back to after another ends each time", () => {
  // On Troll it is 03:00 and then 01:00: the hours from 01:00 come twice, one after the other.
  const ends = ["2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z"].map((now) =>
    endOfUnit(micros(now), "hour", "Antarctica/Troll"),
  );
  expect(ends).toEqual([micros("2026-10-25T01:00:00Z"), micros("2026-10-25T03:00:00Z")]);
});

test("a clock shows microseconds, weekdays and the day of its zone", () => {
  const clock = wallClock(micros("2026-03-01T23:30:00Z") + 7, "Europe/Rome");
  expect(clock).toEqual({ year: 2026, month: 3, day: 2, hour: 0, weekday: 0, timeOfDay: HOUR / 2 + 7 });
  expect(weekdayOf(micros("2026-03-01T22:30:00Z"), "Europe/Rome")).toBe("sun");
});

test("a clock shows seconds, and the same month and day in any other order are another hour", () => {
  expect(wallClock(micros("2026-03-01T00:00:45Z"), "UTC").timeOfDay).toBe(45_000_000);
  expect(endOfUnit(micros("2026-01-11T01:10:00Z"), "hour", "UTC")).toBe(micros("2026-01-11T02:00:00Z"));
  expect(endOfUnit(micros("2026-01-01T11:10:00Z"), "hour", "UTC")).toBe(micros("2026-01-01T12:00:00Z"));
});

test("a window is open from its start on and before its end", () => {
  const head = { name: "open", doc: "", span: { file: 0, start: 0, end: 0 } };
  const at = (text: string): number => micros(text);
  const [start, end] = [at("2026-01-06T09:30:00Z"), at("2026-01-08T17:15:00Z")];
  for (const [recurrence, opens, closes] of [
    [{ kind: "once", from: start, to: end }, start, end],
    // Tuesday to Thursday.
    [{ kind: "weekly", fromDay: 1, from: 9.5 * HOUR, toDay: 3, to: 17.25 * HOUR, zone: "UTC" }, start, end],
    [{ kind: "daily", from: 9.5 * HOUR, to: 17.25 * HOUR, zone: "UTC" }, start, at("2026-01-06T17:15:00Z")],
  ] as const) {
    const window = { ...head, recurrence };
    const times = [opens - 1, opens, closes - 1, closes, closes + HOUR];
    expect(times.map((time) => isOpen(window, time))).toEqual([false, true, true, false, false]);
  }
});

test("a weekly window does not close at night, nor open on the days beside it", () => {
  const head = { name: "open", doc: "", span: { file: 0, start: 0, end: 0 } };
  const recurrence = { kind: "weekly", fromDay: 1, from: 9 * HOUR, toDay: 3, to: 17 * HOUR, zone: "UTC" } as const;
  const times = ["2026-01-05T12:00:00Z", "2026-01-07T03:00:00Z", "2026-01-07T23:00:00Z", "2026-01-09T12:00:00Z"];
  expect(times.map((time) => isOpen({ ...head, recurrence }, micros(time)))).toEqual([false, true, true, false]);
});

test("a window of a whole day or week is always open", () => {
  const head = { name: "open", doc: "", span: { file: 0, start: 0, end: 0 } };
  const whole = { ...head, recurrence: { kind: "daily", from: 6 * HOUR, to: 6 * HOUR, zone: "UTC" } } as const;
  const hours = ["2026-01-01T05:59:59Z", "2026-01-01T06:00:00Z", "2026-01-01T18:00:00Z"];
  expect(hours.map((hour) => isOpen(whole, micros(hour)))).toEqual([true, true, true]);
});

test("a window that does not end after its start wraps around midnight or the week", () => {
  const head = { name: "night", doc: "", span: { file: 0, start: 0, end: 0 } };
  const daily = { ...head, recurrence: { kind: "daily", from: 22 * HOUR, to: 2 * HOUR, zone: "UTC" } } as const;
  const open = (window: Parameters<typeof isOpen>[0], text: string, offset = 0): boolean =>
    isOpen(window, micros(text) + offset);
  expect(open(daily, "2026-01-01T22:00:00Z")).toBe(true);
  expect(open(daily, "2026-01-01T22:00:00Z", -1)).toBe(false);
  expect(open(daily, "2026-01-02T02:00:00Z", -1)).toBe(true);
  expect(open(daily, "2026-01-02T02:00:00Z")).toBe(false);
  const weekend = { kind: "weekly", fromDay: 5, from: 0, toDay: 0, to: 6 * HOUR, zone: "UTC" } as const;
  const weekly = { ...head, recurrence: weekend };
  expect(open(weekly, "2026-01-03T00:00:00Z")).toBe(true);
  expect(open(weekly, "2026-01-05T06:00:00Z", -1)).toBe(true);
  expect(open(weekly, "2026-01-05T06:00:00Z")).toBe(false);
  expect(open(weekly, "2026-01-03T00:00:00Z", -1)).toBe(false);
});

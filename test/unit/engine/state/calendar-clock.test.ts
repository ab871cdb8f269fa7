import { expect, test, vi } from "vitest";
import { CalendarClock, type CalendarUnit } from "../../../../engine/state/calendar-clock.ts";

const micros = (text: string): number => Date.parse(text) * 1000;

test.each<[unit: CalendarUnit, zone: string, now: string, end: string, why: string]>([
  ["hour", "UTC", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00Z", "plain"],
  ["day", "UTC", "2026-12-31T23:59:59.999Z", "2027-01-01T00:00:00Z", "the year's end"],
  ["month", "UTC", "2028-02-29T12:00:00Z", "2028-03-01T00:00:00Z", "a leap day"],
  ["hour", "Asia/Kathmandu", "2026-03-01T10:00:00Z", "2026-03-01T10:15:00Z", "an offset of quarters"],
  ["day", "Asia/Kathmandu", "2026-03-01T18:14:59Z", "2026-03-01T18:15:00Z", "an offset of quarters"],
  ["day", "Europe/Rome", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "a day of 23 hours"],
  ["day", "Europe/Rome", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "a day of 25 hours"],
  ["month", "Europe/Rome", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z", "a month that loses an hour"],
  ["month", "America/New_York", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z", "a month that gains one"],
  ["hour", "Europe/Rome", "2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "the hour before one that is left out"],
  ["hour", "Europe/Rome", "2026-10-25T00:10:00Z", "2026-10-25T02:00:00Z", "the hour that comes twice"],
  ["hour", "Europe/Rome", "2026-10-25T01:10:00Z", "2026-10-25T02:00:00Z", "its second time"],
  ["hour", "Australia/Lord_Howe", "2026-04-04T14:10:00Z", "2026-04-04T15:30:00Z", "half an hour that comes twice"],
  ["hour", "Antarctica/Troll", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "the hour before two are gone back"],
  ["hour", "Antarctica/Troll", "2026-10-25T02:30:00Z", "2026-10-25T03:00:00Z", "its second time"],
  ["day", "Pacific/Apia", "2011-12-30T09:00:00Z", "2011-12-30T10:00:00Z", "the day before one that is left out"],
  ["day", "America/Sao_Paulo", "2018-11-03T12:00:00Z", "2018-11-04T03:00:00Z", "a day that begins at one"],
  ["day", "America/Sao_Paulo", "2018-02-17T12:00:00Z", "2018-02-18T03:00:00Z", "midnight that comes twice"],
])("a %s in %s at %s ends at %s: %s", (unit, zone, now, end) => {
  const clock = new CalendarClock(unit, zone);
  expect(new Date(clock.endOf(micros(now)) / 1000).toISOString()).toBe(new Date(end).toISOString());
  expect(clock.endOf(micros(end) - 1)).toBe(micros(end));
  expect(clock.endOf(micros(end))).toBeGreaterThan(micros(end));
  expect(clock.endAfter(micros(end))).toBe(new CalendarClock(unit, zone).endOf(micros(end) + 1));
});

test("a zone that the host does not know is refused", () => {
  expect(() => new CalendarClock("day", "Mars/Olympus")).toThrow(RangeError);
});

test("times come in any order, and each ends with its own unit", () => {
  const clock = new CalendarClock("day", "UTC");
  const times = ["2026-03-05T10:00:00Z", "2026-03-03T10:00:00Z", "2026-03-04T00:00:00Z", "2026-03-03T23:59:59.999Z"];
  const ends = ["2026-03-06", "2026-03-04", "2026-03-05", "2026-03-04"];
  for (let round = 0; round < 2; round++) {
    expect(times.map((time) => clock.endOf(micros(time)))).toEqual(ends.map(micros));
  }
  expect(clock.endAfter(1)).toBe(micros("1970-01-02"));
});

test("the host is asked once for a unit, and once for what follows one", () => {
  const asked = vi.spyOn(Intl.DateTimeFormat.prototype, "formatToParts");
  const clock = new CalendarClock("hour", "Europe/Rome");
  const [start, end] = [micros("2026-03-01T10:00:00Z"), micros("2026-03-01T11:00:00Z")];
  const calls = (ask: () => number): number => {
    asked.mockClear();
    ask();
    return asked.mock.calls.length;
  };
  expect(calls(() => clock.endOf(start + 5))).toBeGreaterThan(0);
  expect([start + 5, start + 6, end - 1].map((time) => calls(() => clock.endOf(time)))).toEqual([0, 0, 0]);
  // A plain end is found by the wall clock at four times: now, there, and just before it.
  expect([calls(() => clock.endOf(start + 4)), calls(() => clock.endOf(end))]).toEqual([4, 4]);
  expect([
    calls(() => clock.endAfter(end)),
    calls(() => clock.endAfter(end)),
    calls(() => clock.endAfter(start)),
  ]).toEqual([4, 0, 4]);
  asked.mockRestore();
});

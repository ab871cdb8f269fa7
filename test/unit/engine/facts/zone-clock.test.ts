import { expect, test } from "vitest";
import { ZoneClock } from "../../../../engine/facts/zone-clock.ts";

const HOUR = 3_600_000_000;
const micros = (text: string): number => Date.parse(text) * 1_000;

test("goes through a change to summer time and back in any order", () => {
  const rome = new ZoneClock("Europe/Rome");
  const times = ["2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z", "2026-10-25T00:59:59Z", "2026-10-25T01:00:00Z"];
  expect(times.map((time) => rome.hour(micros(time)))).toEqual([1, 3, 2, 2]);
  expect(times.toReversed().map((time) => rome.hour(micros(time)))).toEqual([2, 2, 3, 1]);
});

test("midnight is hour 0, and the weekday turns with it", () => {
  const kathmandu = new ZoneClock("Asia/Kathmandu");
  const midnight = micros("2026-01-01T18:15:00Z");
  expect([kathmandu.hour(midnight), kathmandu.weekday(midnight)]).toEqual([0, "fri"]);
  expect([kathmandu.hour(midnight - 1), kathmandu.weekday(midnight - 1)]).toEqual([23, "thu"]);
  expect(kathmandu.weekday(midnight + 24 * HOUR)).toBe("sat");
});

test("a zone that the host does not know is an error", () => {
  expect(() => new ZoneClock("Mars/Olympus")).toThrow(RangeError);
});

test("tells the time of day to the microsecond, also where the offset has minutes", () => {
  const kathmandu = new ZoneClock("Asia/Kathmandu");
  const midnight = micros("2026-01-01T18:15:00Z");
  expect([kathmandu.timeOfDay(midnight), kathmandu.day(midnight)]).toEqual([0, 4]);
  expect([kathmandu.timeOfDay(midnight - 1), kathmandu.day(midnight - 1)]).toEqual([24 * HOUR - 1, 3]);
  expect(kathmandu.timeOfDay(midnight + 61_000_007)).toBe(61_000_007);
});

test("names every day of the week", () => {
  const utc = new ZoneClock("UTC");
  const days = Array.from({ length: 8 }, (_, day) => utc.weekday(micros("2026-01-05T12:00:00Z") + day * 24 * HOUR));
  expect(days).toEqual(["mon", "tue", "wed", "thu", "fri", "sat", "sun", "mon"]);
  expect(Array.from({ length: 7 }, (_, day) => utc.day(micros("2026-01-05T12:00:00Z") + day * 24 * HOUR))).toEqual([
    0, 1, 2, 3, 4, 5, 6,
  ]);
});

test("tells the time where the offset has seconds, from the beginning of time on", () => {
  // Liberia was 44 minutes and 30 seconds behind until January 1972.
  const monrovia = new ZoneClock("Africa/Monrovia");
  const seconds = (text: string): number => monrovia.timeOfDay(micros(text)) / 1_000_000;
  expect(seconds("1970-06-01T12:00:00Z")).toBe(11 * 3_600 + 15 * 60 + 30);
  expect(seconds("1970-06-01T12:00:29.5Z")).toBe(11 * 3_600 + 15 * 60 + 59.5);
  expect(seconds("1970-06-01T12:14:59Z")).toBe(11 * 3_600 + 30 * 60 + 29);
  expect([monrovia.hour(0), monrovia.weekday(0), monrovia.day(0)]).toEqual([23, "wed", 2]);
  const utc = new ZoneClock("UTC");
  expect([utc.hour(0), utc.weekday(0), utc.timeOfDay(0), utc.timeOfDay(1)]).toEqual([0, "thu", 0, 1]);
});

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

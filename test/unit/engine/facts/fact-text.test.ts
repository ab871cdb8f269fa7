import { expect, test } from "vitest";
import { factNumber } from "../../../../engine/facts/fact-text.ts";
import type { ScalarType } from "../../../../engine/index.ts";

const micros = (text: string): number => Date.parse(text) * 1_000;

test.each<readonly [ScalarType, string, number]>([
  ["int", "0", 0],
  ["int", "-0", 0],
  ["int", "-17", -17],
  ["int", "0042", 42],
  ["int", "9007199254740991", Number.MAX_SAFE_INTEGER],
  ["number", "12.50", 12.5],
  ["number", "-3", -3],
  ["percent", "60%", 60],
  ["percent", "0.5", 0.5],
  ["duration", "35ms", 35_000],
  ["duration", "90s", 90_000_000],
  ["duration", "5m", 300_000_000],
  ["duration", "2h", 7_200_000_000],
  ["duration", "7d", 604_800_000_000],
  ["size", "512B", 512],
  ["size", "64KB", 65_536],
  ["size", "3MB", 3_145_728],
  ["size", "1GB", 1_073_741_824],
  ["time", "2027-01-31", micros("2027-01-31T00:00:00Z")],
  ["time", "2028-02-29T08:09:10Z", micros("2028-02-29T08:09:10Z")],
  ["time", "2027-01-31T08:00:00.123456789+05:30", micros("2027-01-31T08:00:00.123+05:30") + 456],
  ["time", "2027-01-31T08:00:00.5-01:00", micros("2027-01-31T08:00:00.500-01:00")],
  ["time", "1969-12-31", micros("1969-12-31T00:00:00Z")],
])("%s %j is %d", (type, text, value) => {
  expect(factNumber(text, type)).toBe(value);
});

test.each<readonly [ScalarType, string]>([
  ["int", ""],
  ["int", "-"],
  ["int", "+1"],
  ["int", "1.0"],
  ["int", "1e3"],
  ["int", " 1"],
  ["int", "1 "],
  ["int", "0x10"],
  ["int", "9007199254740992"],
  ["number", ".5"],
  ["number", "5."],
  ["number", "1.2.3"],
  ["number", "1e400"],
  ["number", "1".repeat(400)],
  ["number", "NaN"],
  ["number", "60%"],
  ["percent", "%"],
  ["percent", "60%%"],
  ["percent", "-%"],
  ["duration", "35"],
  ["duration", "ms"],
  ["duration", "1.5s"],
  ["duration", "-1s"],
  ["duration", "1 s"],
  ["duration", "1S"],
  ["duration", "1h30m"],
  ["duration", "99999999999999d"],
  ["size", "64kb"],
  ["size", "64"],
  ["time", "2027-02-29"],
  ["time", "2027-13-01"],
  ["time", "2027-00-10"],
  ["time", "2027-01-32"],
  ["time", "2027/01/31"],
  ["time", "2027-01-31T24:00:00Z"],
  ["time", "2027-01-31T08:60:00Z"],
  ["time", "2027-01-31T08:00:60Z"],
  ["time", "2027-01-31T08:00:00"],
  ["time", "2027-01-31T08:00:00.Z"],
  ["time", "2027-01-31T08:00:00.1234567890Z"],
  ["time", "2027-01-31 08:00:00Z"],
  ["time", "2027-01-31T08:00:00+24:00"],
  ["time", "2027-01-31T08:00:00+05:60"],
  ["time", "2027-01-31T08:00:00+0530"],
  ["time", "2027-01-31T08:00:00Zz"],
  ["time", "2027-01-31t08:00:00Z"],
  ["time", "2027-01-31T08:00:00z"],
  ["string", "1"],
])("%s %j is none", (type, text) => {
  expect(factNumber(text, type)).toBeNaN();
});

test("a date is every day of the calendar, and no other", () => {
  for (const year of [1700, 1900, 1999, 2000, 2023, 2024, 2100, 2200]) {
    for (let month = 0; month <= 13; month++) {
      for (const day of [0, 1, 28, 29, 30, 31, 32]) {
        const text = [String(year), ...[month, day].map((each) => String(each).padStart(2, "0"))].join("-");
        const date = new Date(Date.UTC(year, month - 1, day));
        const there = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && month >= 1 && month <= 12;
        expect(factNumber(text, "time"), text).toBe(there ? date.getTime() * 1_000 : NaN);
      }
    }
  }
  expect(factNumber("0999-12-31", "time")).toBeNaN();
});

test.each(["23:59:59Z", "00:00:00Z", "08:00:00+23:59", "08:00:00-23:59", "08:00:00.123Z", "08:00:00+00:00"])(
  "the edges of a day are times: %s",
  (text) => {
    const whole = `2027-01-31T${text}`;
    expect(factNumber(whole, "time")).toBe(micros(whole));
  },
);

/** A time, of which each character is replaced by some that do not belong there. */
test.each(["2027-01-31T08:09:10.5+05:30", "2027-01-31T08:09:10Z", "2027-01-31"])(
  "no character of %s may be another",
  (text) => {
    expect(factNumber(text, "time")).not.toBeNaN();
    for (let at = 0; at < text.length; at++) {
      for (const other of ["/", ":", " ", "x", "", "-"]) {
        const character = text[at]!;
        const changed = text.slice(0, at) + other + text.slice(at + 1);
        if (other !== character && !(character === "+" && other === "-"))
          expect(factNumber(changed, "time"), changed).toBeNaN();
      }
    }
  },
);

test.each<readonly [ScalarType, string]>([
  ["int", "/"],
  ["int", ":"],
  ["int", "1:"],
  ["int", "1/"],
  ["number", "1-2"],
  ["number", "1.-"],
  ["percent", "50.%"],
  ["percent", "50.5.5%"],
  ["duration", "5mm"],
  ["duration", "5ss"],
  ["size", "1BB"],
  ["size", "1KBB"],
])("%s %j is no number", (type, text) => {
  expect(factNumber(text, type)).toBeNaN();
});

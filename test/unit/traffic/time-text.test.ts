import { describe, expect, it } from "vitest";
import { closestName } from "../../../traffic/suggest.ts";
import { CLOCK_START_MICROS, parseDurationText, parseTimeText } from "../../../traffic/time-text.ts";

describe("times", () => {
  it.each([
    ["2026-01-01", CLOCK_START_MICROS],
    ["2026-01-01T00:00:00Z", CLOCK_START_MICROS],
    ["2026-01-01t02:00:00.0000019+02:00", CLOCK_START_MICROS + 1],
    ["2025-12-31T23:59:60Z", CLOCK_START_MICROS],
    ["2026-02-29", null],
    ["2026-13-01", null],
    ["2026-01-01T24:00:00Z", null],
    ["2026-01-01T00:00:00", null],
    ["2026-01-01 00:00:00Z", CLOCK_START_MICROS],
    ["1969-12-31", null],
    ["2201-01-01", null],
    ["", null],
  ])("%s", (text, micros) => {
    expect(parseTimeText(text)).toBe(micros);
  });
});

describe("durations", () => {
  it.each([
    ["35ms", 35_000],
    ["5s", 5_000_000],
    ["2h", 7_200_000_000],
    ["1d", 86_400_000_000],
    ["1.5s", null],
    ["5", null],
    ["-5s", null],
    ["999999999999d", null],
  ])("%s", (text, micros) => {
    expect(parseDurationText(text)).toBe(micros);
  });
});

describe("did you mean", () => {
  it.each([
    ["simluate", "simulate"],
    ["chek", "check"],
    ["fnt", "fmt"],
    ["unrelated", null],
    ["", null],
    ["x".repeat(1000), null],
  ])("%s", (name, wanted) => {
    expect(closestName(name, ["check", "fmt", "simulate"])).toBe(wanted);
  });
});

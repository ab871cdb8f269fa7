import { expect, test } from "vitest";
import {
  formatBars,
  formatCount,
  formatDuration,
  formatMean,
  formatPercent,
  formatTable,
  mergeBins,
  paintFor,
} from "../../../../simulator/report/format.ts";

test("counts are grouped by thousands, and means keep two decimals below ten", () => {
  expect([0, 999, 1000, 1_234_567].map(formatCount)).toEqual(["0", "999", "1,000", "1,234,567"]);
  expect([0, 0.126, 3, 9.994, 1234.5].map(formatMean)).toEqual(["0", "0.13", "3", "9.99", "1,235"]);
});

test("percentages are never rounded to nothing or to all", () => {
  expect([0, 0.001, 0.136, 50, 99.999, 100].map(formatPercent)).toEqual([
    ...["0 %", "<0.01 %", "0.14 %", "50 %", ">99.99 %", "100 %"],
  ]);
});

test("durations are written in the two largest units that they fill", () => {
  const micros = [0, 40, 850_000, 1_290_000, 30_000_000, 59_990_000, 60_000_000, 312_000_000, 7_500_000_000];
  const long = [47 * 3_600e6, 48 * 3_600e6, 83.5 * 3_600e6];
  expect(micros.map(formatDuration)).toEqual([
    ...["0 s", "40 µs", "850 ms", "1.2 s", "30 s", "59.9 s", "1m", "5m 12s", "2h 05m"],
  ]);
  expect(long.map(formatDuration)).toEqual(["47h", "2d", "3d 11h"]);
});

test("bars show anything above nothing", () => {
  expect(formatBars([0, 1, 50, 100, 800], 800)).toBe(" ▁▁▁█");
  expect(formatBars([100, 200, 300, 400], 400)).toBe("▂▄▆█");
});

test("bins are merged so that they fit", () => {
  expect(mergeBins([1, 2, 3, 4, 5], 5)).toEqual([1, 2, 3, 4, 5]);
  expect(mergeBins([1, 2, 3, 4, 5], 3)).toEqual([3, 7, 5]);
  expect(mergeBins([], 3)).toEqual([]);
});

test("tables are aligned, and no line ends in a space", () => {
  expect(
    formatTable(
      [
        ["a", "1", ""],
        ["long", "100", "x"],
      ],
      "lrl",
    ),
  ).toEqual(["a       1", "long  100  x"]);
});

test("paint adds colours only where they are wanted", () => {
  expect(paintFor(true).bad("no")).toBe("\u{1b}[31mno\u{1b}[0m");
  expect(paintFor(false).bad("no")).toBe("no");
});

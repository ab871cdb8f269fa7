/** docs/performance.md shows what was measured, and nothing else. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { performanceFiles } from "../../../bench/page.ts";
import { chartsSvg, nanosText } from "../../../bench/plot.ts";
import { readResult } from "../../../bench/result.ts";
import { MEASURED, resultReader } from "../../../bench/results.ts";
import { type TargetFigures, targetsOf } from "../../../bench/targets.ts";

const DOCS = join(import.meta.dirname, "../../../docs");

describe("the page of performance", () => {
  it.each(Object.entries(performanceFiles()))(
    "is what the results say: node bench/page.ts writes it: %s",
    (name, content) => {
      expect(readFileSync(join(DOCS, name), "utf8")).toBe(content);
    },
  );

  it("judges targets by the results that are kept, all of one source", () => {
    const { rows, parts } = readResult<TargetFigures>("targets", false);
    expect(targetsOf(resultReader(false))).toEqual(rows);
    expect(parts.map(({ bench }) => bench)).toEqual(MEASURED);
    for (const { bench, date } of parts)
      expect(resultReader(false)(bench as (typeof MEASURED)[number]).date).toBe(date);
    expect(rows.every(({ reached, met }) => reached >= 1 === met || reached === 1)).toBe(true);
  });
});

describe("a chart", () => {
  it("puts powers of ten at even distances", () => {
    const points = [1, 10, 100].map((value) => ({ x: value, y: value }));
    const svg = chartsSvg([{ name: "a<b", points }], "lines", [{ name: "ours", value: 10, own: true }], "bars");
    const [, drawn = ""] = /<polyline points="([^"]+)"/.exec(svg) ?? [];
    const places = drawn.split(" ").map((pair) => pair.split(",").map(Number));
    const [first = [], middle = [], last = []] = places;
    expect((middle[0] ?? 0) * 2).toBe((first[0] ?? 0) + (last[0] ?? 0));
    expect((middle[1] ?? 0) * 2).toBe((first[1] ?? 0) + (last[1] ?? 0));
    expect(svg).toContain("a&lt;b");
  });

  it.each([
    [85.4, "85 ns"],
    [1_234, "1.2 µs"],
    [145_636, "146 µs"],
    [2_589_377, "2.6 ms"],
  ])("writes %d ns as %s", (nanos, text) => {
    expect(nanosText(nanos)).toBe(text);
  });
});

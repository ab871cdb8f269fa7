import { expect, test } from "vitest";
import { type Panel, trafficPlot } from "../../../scripts/traffic-plot.ts";

const MINUTE = 60e6;
const attack: Panel = { title: "a < b & c", kind: "attack", offered: [0, 120, 60, 0], admitted: [0, 60, 0, 0] };
const honest: Panel = { title: "honest", kind: "honest", offered: [6, 6, 6, 6], admitted: [6, 6, 6, 6] };

/** The corners of a path's staircase, `[x, y]`. */
function cornersOf(svg: string, kind: string): readonly (readonly [number, number])[] {
  const path = new RegExp(`<path class="${kind}" d="M([\\d.]+),([\\d.]+)((?:V[\\d.]+H[\\d.]+)+)`).exec(svg);
  const steps = [...(path?.[3] ?? "").matchAll(/V([\d.]+)H([\d.]+)/g)];
  return steps.map(([, y, x]) => [Number(x), Number(y)]);
}

test("a panel's line has a step for each part of the run, at the height of its requests a second", () => {
  const svg = trafficPlot("t", [attack, honest], 4 * MINUTE);
  const steps = cornersOf(svg, "attack line");
  expect(steps.length).toBe(4);
  const [floor, top, half] = steps.map(([, y]) => y);
  // 0, 2 and 1 a second.
  expect((floor! - top!) / (floor! - half!)).toBeCloseTo(2, 1);
  const widths = steps.slice(1).map(([x], i) => x - steps[i]![0]);
  for (const width of widths) expect(width).toBeCloseTo(widths[0]!, 0);
  const area = cornersOf(svg, "attack area");
  expect(area[1]![1]).toBeCloseTo(half!, 0);
  expect(area[2]![1]).toBeCloseTo(floor!, 0);
});

test("everything lies within the picture, and texts are escaped", () => {
  const svg = trafficPlot("a < b", [attack, honest], 4 * MINUTE);
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number);
  for (const [, x] of svg.matchAll(/ x[12]?="([\d.]+)"/g)) expect(Number(x)).toBeLessThanOrEqual(width!);
  for (const [, y] of svg.matchAll(/ y[12]?="([\d.]+)"/g)) expect(Number(y)).toBeLessThanOrEqual(height!);
  expect(svg).toContain("a &lt; b &amp; c");
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
});

test("a run in which nothing was sent is drawn too, and long runs are marked in hours", () => {
  const silent: Panel = { title: "silent", kind: "honest", offered: [0, 0], admitted: [0, 0] };
  expect(trafficPlot("t", [silent], 4 * MINUTE)).not.toMatch(/NaN|Infinity/);
  expect(trafficPlot("t", [silent], 240 * MINUTE)).toContain("4 h<");
  expect(trafficPlot("t", [silent], 30 * MINUTE)).toContain("30 min<");
  expect(trafficPlot("t", [silent], MINUTE)).toContain("60 s<");
});

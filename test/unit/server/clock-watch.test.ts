/** Whoever operates the server hears once that its clocks have parted, by how much and what goes by which, and when they are together again. */
import { expect, test } from "vitest";
import { ClockWatch } from "../../../server/clock-watch.ts";
import { Metrics } from "../../../server/metrics.ts";

function watched(): { watch: ClockWatch; told: string[]; wall: (ms: number) => void } {
  const told: string[] = [];
  let wallMs = 1_000;
  const clocks = { decisions: (): number => 1_000, wall: (): number => wallMs };
  const watch = new ClockWatch(clocks, (message, event) => told.push(`${event}: ${message}`));
  return { watch, told, wall: (ms) => (wallMs = ms) };
}

test("clocks that differ by less than 5 s are together", () => {
  const { watch, told, wall } = watched();
  for (const ms of [1_000, 5_999, 1_000 - 4_999]) {
    wall(ms);
    watch.look();
  }
  expect(told).toEqual([]);
});

test("that they are apart is said once, and again when it has changed by as much", () => {
  const { watch, told, wall } = watched();
  for (const ms of [6_000, 6_500, 10_999, 11_000, 1_500]) {
    wall(ms);
    watch.look();
    watch.look();
  }
  expect(told.map((line) => line.slice(0, 61))).toEqual([
    "clock.parted: the clock of decisions is 5 s behind the wall c",
    "clock.parted: the clock of decisions is 10 s behind the wall ",
    "clock.rejoined: the clock of decisions goes with the wall clo",
  ]);
});

test("a machine whose time was set back has decisions ahead of it", () => {
  const { watch, told, wall } = watched();
  wall(1_000 - 7_200_000);
  watch.look();
  expect(told).toEqual([
    "clock.parted: the clock of decisions is 7,200 s ahead of the wall clock, because the wall clock was set, or the machine slept: windows, calendars, dates after `until`, ends of overlays and times in the decision log go by it until the server is started anew",
  ]);
});

test("the metric tells how far", () => {
  const { watch, wall } = watched();
  const metrics = new Metrics();
  watch.start(metrics);
  wall(4_250);
  expect(metrics.render()).toContain("edgepolicy_clock_behind_seconds 3.25\n");
  watch.close();
});

/** What a timeline's plot shows, made from the counts of all seeds: mean rates of a seed in a unit that fits. */
import { SECOND } from "../../clock.ts";
import type { Timeline } from "../../measures/measures.ts";
import { needsLog, type RateUnit, rateUnit } from "./scales.ts";

/** When an attack goes on, in microseconds since the run began. */
export interface Window {
  readonly name: string;
  readonly fromMicros: number;
  readonly toMicros: number;
}

export interface TimelineData {
  readonly runMicros: number;
  readonly unit: RateUnit;
  /** Rates in each interval. */
  readonly offered: readonly number[];
  readonly admitted: readonly number[];
  readonly refused: readonly number[];
  readonly verdicts: Timeline["verdicts"];
  readonly most: number;
  /** Where the scale is logarithmic, the lowest rate above 0; else null. */
  readonly lowest: number | null;
  readonly windows: readonly Window[];
}

/** @param timeline - Sums over `seeds` runs. */
export function timelineData(
  timeline: Timeline,
  runMicros: number,
  seeds: number,
  windows: readonly Window[],
): TimelineData {
  const { offered, admitted, verdicts } = timeline;
  const seconds = (Math.max(1, seeds) * runMicros) / SECOND / Math.max(1, offered.length);
  const unit = rateUnit(Math.max(0, ...offered) / seconds);
  const rate = (count: number): number => (count * unit.micros) / SECOND / seconds;
  const refused = offered.map((count, i) => count - (admitted[i] ?? 0));
  const low = Math.min(...[...offered, ...admitted, ...refused].filter((count) => count > 0));
  const most = rate(Math.max(0, ...offered));
  const lowest = needsLog(rate(low), most) && Number.isFinite(low) ? rate(low) : null;
  const rates = { offered: offered.map(rate), admitted: admitted.map(rate), refused: refused.map(rate) };
  return { runMicros, unit, ...rates, verdicts, most, lowest, windows };
}

/** Scales of a timeline's plot, and where their labels stand. */
import { scaleLinear, scaleSymlog } from "d3-scale";
import { SECOND } from "../../clock.ts";

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** A scale, and the values that are labelled. */
export interface Axis {
  readonly at: (value: number) => number;
  readonly ticks: readonly Tick[];
}

/** What a rate is said per. */
export interface RateUnit {
  readonly name: string;
  readonly micros: number;
}

const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const RATE_UNITS: readonly RateUnit[] = [
  { name: "s", micros: SECOND },
  { name: "min", micros: MINUTE },
  { name: "h", micros: HOUR },
];

/** The shortest unit in which the highest rate, given a second, is at least 1. */
export function rateUnit(mostASecond: number): RateUnit {
  const [seconds = { name: "s", micros: SECOND }] = RATE_UNITS;
  if (mostASecond <= 0) return seconds;
  return RATE_UNITS.find(({ micros }) => (mostASecond * micros) / SECOND >= 1) ?? { name: "h", micros: HOUR };
}

/** Ratio of the highest to the lowest rate from which on the low one cannot be seen on a linear scale. */
const FAR_APART = 20;

/** Whether a logarithmic scale is needed to see both. */
export function needsLog(lowest: number, most: number): boolean {
  return lowest > 0 && most / lowest > FAR_APART;
}

/**
 * Axis of rates from 0 to `most`.
 *
 * @param lowest - The lowest rate above 0, where the scale is to be logarithmic above it and linear below; else null.
 */
export function rateAxis(most: number, lowest: number | null, range: readonly [number, number]): Axis {
  if (lowest === null) {
    const scale = scaleLinear()
      .domain([0, most || 1])
      .range(range)
      .nice(4);
    return { at: scale, ticks: scale.ticks(4).map((value) => ({ value, label: rateLabel(value) })) };
  }
  const scale = scaleSymlog().domain([0, most]).range(range).constant(lowest);
  return { at: scale, ticks: [0, ...powersOfTen(lowest, most)].map((value) => ({ value, label: rateLabel(value) })) };
}

/** At most five powers of ten, the largest ones that are not above `most`, and twice or five times the last. */
function powersOfTen(lowest: number, most: number): readonly number[] {
  const [first, last] = [Math.ceil(Math.log10(lowest)), Math.floor(Math.log10(most) + 1e-9)];
  const all = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
  const every = Math.ceil(all.length / 5);
  const powers = all.filter((_, i) => (all.length - 1 - i) % every === 0).map((power) => Number(`1e${power}`));
  const higher = [5, 2].map((digit) => digit * Number(`1e${last}`)).find((value) => value <= most);
  return higher === undefined ? powers : [...powers, higher];
}

function rateLabel(value: number): string {
  if (value >= 1_000_000) return `${Number((value / 1_000_000).toPrecision(3))}M`;
  if (value >= 10_000) return `${Number((value / 1000).toPrecision(3))}k`;
  return String(Number(value.toPrecision(3)));
}

/** Steps between labels of time that people count in. */
const TIME_STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((count) => (count * SECOND) / 1000),
  ...[50, 100, 250, 500].map((count) => (count * SECOND) / 1000),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR),
  ...[1, 2, 7, 14, 28, 91, 182, 364].map((count) => count * DAY),
];

/** Axis of the time since the run began, with at most `most` steps between its labels. */
export function timeAxis(runMicros: number, most: number, range: readonly [number, number]): Axis {
  const scale = scaleLinear().domain([0, runMicros]).range(range);
  const step = TIME_STEPS.find((each) => runMicros / each <= most) ?? runMicros;
  const ticks = Array.from({ length: Math.floor(runMicros / step + 1e-9) + 1 }, (_, i) => i * step);
  return { at: scale, ticks: ticks.map((value) => ({ value, label: timeLabel(value, step) })) };
}

function timeLabel(micros: number, step: number): string {
  if (micros === 0) return "0";
  if (step >= DAY) return `${micros / DAY}d`;
  if (step >= HOUR) return `${micros / HOUR}h`;
  if (step >= MINUTE) return micros < HOUR ? `${micros / MINUTE}m` : hoursAndMinutes(micros);
  if (step >= SECOND) return micros < MINUTE ? `${micros / SECOND}s` : minutesAndSeconds(micros);
  return `${micros / (SECOND / 1000)}ms`;
}

function hoursAndMinutes(micros: number): string {
  const minutes = (micros % HOUR) / MINUTE;
  return `${Math.floor(micros / HOUR)}h${minutes === 0 ? "" : String(minutes).padStart(2, "0")}`;
}

function minutesAndSeconds(micros: number): string {
  const seconds = (micros % MINUTE) / SECOND;
  return `${Math.floor(micros / MINUTE)}m${seconds === 0 ? "" : String(seconds).padStart(2, "0")}`;
}

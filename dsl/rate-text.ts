/** Rates and durations as the language writes them, for reports. */
import type { Rate } from "../engine/index.ts";

const UNITS: readonly (readonly [string, number])[] = [
  ["d", 86_400_000_000],
  ["h", 3_600_000_000],
  ["m", 60_000_000],
  ["s", 1_000_000],
  ["ms", 1_000],
];

/** `N per D`, with its burst where that is another number. */
export function rateText({ allow, perMicros, burst }: Rate): string {
  return `${allow} per ${durationLiteral(perMicros)}${burst === allow ? "" : ` burst ${burst}`}`;
}

/** Microseconds in the largest unit that divides them. */
export function durationLiteral(micros: number): string {
  const [unit, length] = UNITS.find(([, size]) => micros % size === 0) ?? ["µs", 1];
  return `${micros / length}${unit}`;
}

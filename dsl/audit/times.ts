/** Times and durations in the words of findings. All are microseconds. */
import { plural } from "../plural.ts";

export const HOUR = 3_600_000_000;
export const DAY: number = 24 * HOUR;

/** The day of a time, in UTC: `2027-06-30`. */
export function dateText(micros: number): string {
  return new Date(micros / 1_000).toISOString().slice(0, 10);
}

/** A duration in its largest whole unit: `90 days`, `36 hours`, `90 minutes`, `1.5 seconds`. */
export function durationText(micros: number): string {
  if (micros >= 2 * DAY || micros === DAY) return plural(Math.floor(micros / DAY), "day");
  if (micros % HOUR === 0) return plural(micros / HOUR, "hour");
  if (micros % 60_000_000 === 0) return plural(micros / 60_000_000, "minute");
  return plural(micros / 1_000_000, "second");
}

/** Times and durations as data writes them, in integer microseconds. */

/** 2026-01-01T00:00:00Z: where the virtual clock starts, and what a numeric `at` counts from. Microseconds. */
export const CLOCK_START_MICROS: number = Date.UTC(2026, 0, 1) * 1_000;

/** The latest time taken, the end of the year 2200: later ones would leave the integers that doubles hold exactly. */
const LATEST_MICROS = Date.UTC(2201, 0, 1) * 1_000;

const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})(?:[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2}))?$/;

/**
 * An RFC 3339 time, or a bare date (midnight UTC), as microseconds since the Unix epoch. Digits past the microsecond are cut.
 *
 * @returns null for any other text, an impossible date, and times before 1970 or after 2200.
 */
export function parseTimeText(text: string): number | null {
  const parts = RFC_3339.exec(text);
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((index) => Number(parts[index] ?? 0));
  const millis = utcMillis(year ?? 0, month ?? 0, day ?? 0, hour ?? 0, minute ?? 0, second ?? 0);
  const offset = zoneMinutes(parts[8] ?? "Z");
  if (millis === null || offset === null) return null;
  const fraction = Number((parts[7] ?? "").padEnd(6, "0").slice(0, 6));
  const micros = (millis - offset * 60_000) * 1_000 + fraction;
  return micros >= 0 && micros < LATEST_MICROS ? micros : null;
}

/** Milliseconds of a UTC date and time; null if the date does not exist. A leap second (60) reads as the next minute's start. */
export function utcMillis(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | null {
  if (hour > 23 || minute > 59 || second > 60) return null;
  const midnight = new Date(Date.UTC(year, month - 1, day));
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return null;
  return midnight.getTime() + ((hour * 60 + minute) * 60 + second) * 1_000;
}

/** Minutes east of UTC of `Z`, `+hh:mm` or `+hhmm`; null if out of range. */
export function zoneMinutes(zone: string): number | null {
  if (zone === "Z" || zone === "z") return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (!(hours <= 23 && minutes <= 59)) return null;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}

const UNIT_MICROS: Readonly<Record<string, number>> = {
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
};

/**
 * A duration: one integer and one unit of `ms s m h d`, as in the language.
 *
 * @returns Microseconds, or null for any other text.
 */
export function parseDurationText(text: string): number | null {
  const parts = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text);
  if (parts === null) return null;
  const micros = Number(parts[1]) * (UNIT_MICROS[parts[2] ?? ""] ?? 0);
  return Number.isSafeInteger(micros) ? micros : null;
}

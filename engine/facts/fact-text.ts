/**
 * Facts stated as text, as headers state them, read as the type that the policy declares: numbers in decimal, truth as `true` or
 * `false`, durations and sizes as one whole number and one unit, times by RFC 3339 or as a date. Whatever else makes the fact
 * missing, so a proxy's slip is not taken for a value. Reading allocates nothing.
 */
import type { ScalarType } from "../policy.ts";

const ZERO = 48;
const MINUS = 45;
const DOT = 46;

const DURATIONS: readonly (readonly [unit: string, micros: number])[] = [
  ["ms", 1_000],
  ["s", 1_000_000],
  ["m", 60_000_000],
  ["h", 3_600_000_000],
  ["d", 86_400_000_000],
];
const SIZES: readonly (readonly [unit: string, bytes: number])[] = [
  ["KB", 1024],
  ["MB", 1024 ** 2],
  ["GB", 1024 ** 3],
  ["B", 1],
];

/** Where the run of digits that begins at `start` ends. */
function digitsEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && text.charCodeAt(at) >= ZERO && text.charCodeAt(at) <= ZERO + 9) at++;
  return at;
}

/** The number whose text ends at `end`, in decimal; NaN for anything else. */
function decimal(text: string, end: number, fraction: boolean): number {
  const start = text.charCodeAt(0) === MINUS ? 1 : 0;
  let at = digitsEnd(text, start);
  if (at === start) return Number.NaN;
  if (fraction && at < end && text.charCodeAt(at) === DOT) {
    const point = at + 1;
    at = digitsEnd(text, point);
    if (at === point) return Number.NaN;
  }
  if (at !== end) return Number.NaN;
  return Number(end === text.length ? text : text.slice(0, end)) + 0;
}

/** A whole number and one of `units`. */
function quantity(text: string, units: typeof DURATIONS): number {
  const end = digitsEnd(text, 0);
  if (end === 0) return Number.NaN;
  for (let index = 0; index < units.length; index++) {
    const [unit, factor] = units[index]!;
    if (text.length === end + unit.length && text.endsWith(unit)) return Number(text.slice(0, end)) * factor;
  }
  return Number.NaN;
}

/** The `count` digits at `at` as a number; NaN where they are not all digits. */
function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let index = at; index < at + count; index++) {
    const digit = text.charCodeAt(index) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Microseconds of the date at the beginning of `text`, at midnight UTC. */
function dateMicros(text: string): number {
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const divided = text.charCodeAt(4) === MINUS && text.charCodeAt(7) === MINUS;
  if (!divided || !(year >= 1000) || !(month >= 1 && month <= 12) || !(day >= 1 && day <= daysOf(year, month)))
    return Number.NaN;
  return Date.UTC(year, month - 1, day) * 1_000;
}

/** Microseconds of the fraction of a second at `at`, digits past the sixth cut; `end` tells where it ends. */
function fractionMicros(text: string, at: number, end: number): number {
  let value = 0;
  for (let index = at; index < at + 6; index++) value = value * 10 + (index < end ? text.charCodeAt(index) - ZERO : 0);
  return value;
}

/** Microseconds east of UTC of the zone at `at`, which ends the text. */
function zoneMicros(text: string, at: number): number {
  const sign = text.charAt(at);
  if (sign === "Z" && text.length === at + 1) return 0;
  const hours = digits(text, at + 1, 2);
  const minutes = digits(text, at + 4, 2);
  const fits = text.length === at + 6 && text.charAt(at + 3) === ":" && hours <= 23 && minutes <= 59;
  if (!fits || (sign !== "+" && sign !== "-")) return Number.NaN;
  return (sign === "-" ? -1 : 1) * (hours * 60 + minutes) * 60_000_000;
}

/** Microseconds since the Unix epoch of an RFC 3339 time or a date. */
function time(text: string): number {
  const date = dateMicros(text);
  if (Number.isNaN(date) || text.length === 10) return date;
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  const divided = text.charAt(10) === "T" && text.charAt(13) === ":" && text.charAt(16) === ":";
  if (!divided || !(hour <= 23 && minute <= 59 && second <= 59)) return Number.NaN;
  const pointed = text.charCodeAt(19) === DOT;
  const zoneAt = pointed ? digitsEnd(text, 20) : 19;
  if (pointed && (zoneAt === 20 || zoneAt > 29)) return Number.NaN;
  const micros = ((hour * 60 + minute) * 60 + second) * 1_000_000 + fractionMicros(text, 20, zoneAt);
  return date + micros - zoneMicros(text, zoneAt);
}

/**
 * The number that a text stands for, of a type that is held as a number.
 *
 * @returns NaN where it stands for none.
 */
export function factNumber(text: string, type: ScalarType): number {
  const value = numberOf(text, type);
  if (type === "number" || type === "percent") return Number.isFinite(value) ? value : Number.NaN;
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

function numberOf(text: string, type: ScalarType): number {
  switch (type) {
    case "int":
      return decimal(text, text.length, false);
    case "number":
      return decimal(text, text.length, true);
    case "percent":
      return decimal(text, text.endsWith("%") ? text.length - 1 : text.length, true);
    case "duration":
      return quantity(text, DURATIONS);
    case "size":
      return quantity(text, SIZES);
    case "time":
      return time(text);
    default:
      return Number.NaN;
  }
}

/** Lines that are JSON objects, as servers log them: values are read loosely, because their types are matters of configuration. */
import { jsonType, notJson } from "./fields.ts";
import { epochMicros, type Rfc3339Times } from "./log-times.ts";

/** Members of a JSON object of a log. */
export type Members = Readonly<Record<string, unknown>>;

/** The object that a line is, or why it is none. */
export function parseObject(line: string): Members | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return notJson(line);
  }
  return isObject(value) ? value : `a line is a JSON object, but this is ${jsonType(value)}`;
}

export function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text, or the text of a number; empty for anything else and for `-`, which stands for what is not known. */
export function looseText(value: unknown): string {
  if (typeof value === "string") return value === "-" ? "" : value;
  return typeof value === "number" ? String(value) : "";
}

/** A number from 0 on, also one written as a text; null for anything else. */
export function looseNumber(value: unknown): number | null {
  const number = typeof value === "string" && value !== "" && value.length <= 32 ? Number(value) : value;
  return typeof number === "number" && number >= 0 && Number.isFinite(number) ? number : null;
}

/** A whole number from 0 on; 0 for anything else. */
export function looseCount(value: unknown): number {
  const number = looseNumber(value);
  return number !== null && Number.isSafeInteger(number) ? number : 0;
}

/** An HTTP status; null for anything else. */
export function looseStatus(value: unknown): number | null {
  const status = looseNumber(value);
  return status !== null && Number.isInteger(status) && status >= 100 && status <= 599 ? status : null;
}

/** Microseconds of a number of seconds; 0 where there is none. */
export function looseSeconds(value: unknown): number {
  const seconds = looseNumber(value);
  return seconds === null || seconds > 1e9 ? 0 : Math.round(seconds * 1e6);
}

/** Numbers this large are no seconds, milliseconds or microseconds of a time before 2200. */
const LARGEST_SECONDS = 1e10;
const LARGEST_MILLIS = 1e13;
const LARGEST_MICROS = 1e16;

/**
 * A time as servers write it: RFC 3339, or seconds, milliseconds, microseconds or nanoseconds since the Unix epoch, told apart by their size.
 *
 * @returns Microseconds since the Unix epoch, or null.
 */
export function looseTime(value: unknown, times: Rfc3339Times): number | null {
  if (typeof value === "string" && value.includes("-")) return times.read(value);
  const number = looseNumber(value);
  if (number === null) return null;
  if (number < LARGEST_SECONDS) return epochMicros(number, 1e6);
  if (number < LARGEST_MILLIS) return epochMicros(number, 1e3);
  return number < LARGEST_MICROS ? epochMicros(number, 1) : epochMicros(number, 1e-3);
}

/** The problem of a member that should be there. */
export function lacks(member: string, wanted: string): string {
  return `\`${member}\` is missing or is not ${wanted}`;
}

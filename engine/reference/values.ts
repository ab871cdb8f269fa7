/** Values out of JSON and out of text, by the type that the policy declares for them. */
import type { ScalarType, Value } from "../policy.ts";
import { formatAddress, networkAround, parseAddress, parseNetwork } from "./address.ts";
import { canonicalPath } from "./path.ts";

/** A value, or undefined where it is missing. */
export type Reading = Value | undefined;

const WHOLE: readonly ScalarType[] = ["int", "duration", "size", "time"];
const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
};
const SIZE_UNITS: Readonly<Record<string, number>> = { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 };
const TIME = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d))?$/;

function numberOfType(type: ScalarType, value: number): number | undefined {
  if (type === "number" || type === "percent") return Number.isFinite(value) ? value + 0 : undefined;
  return WHOLE.includes(type) && Number.isSafeInteger(value) ? value + 0 : undefined;
}

function textOfType(type: ScalarType, value: string): Reading {
  if (type === "string" || type === "enum") return value;
  if (type === "path") return canonicalPath(value).path;
  const address = type === "ip" ? parseAddress(value) : null;
  if (address !== null) return formatAddress(address);
  const network = type === "network" ? parseNetwork(value) : null;
  return network === null ? undefined : networkAround(network.base, network.bits - 96, network.bits);
}

/** A JSON value as one of a type; undefined where it is of another. What has a unit may be a text with it. */
export function valueOfType(type: ScalarType, value: unknown): Reading {
  if (typeof value === "boolean") return type === "bool" ? value : undefined;
  if (typeof value === "number") return numberOfType(type, value);
  if (typeof value !== "string") return undefined;
  const hasUnit = ["duration", "size", "time"].includes(type) || (type === "percent" && value.endsWith("%"));
  return hasUnit ? readText(type, value) : textOfType(type, value);
}

/** One integer and one unit. */
function quantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, digits = "", unit = ""] = /^(\d+)([A-Za-z]+)$/.exec(text) ?? [];
  const value = Object.hasOwn(units, unit) ? Number(digits) * (units[unit] ?? 0) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** A date (midnight UTC) or an RFC 3339 time in microseconds; further digits are cut off. */
function timeOf(text: string): number | undefined {
  const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "", zone = "Z"] =
    TIME.exec(text) ?? [];
  const date = `${year}-${month}-${day}`;
  if (year === undefined || year < "1000" || hour > "23" || minute > "59" || second > "59") return undefined;
  // JavaScript reads the 30th of February as the 2nd of March; such a date does not come back as it was.
  const midnight = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(midnight) || !new Date(midnight).toISOString().startsWith(date)) return undefined;
  const local = midnight + (Number(hour) * 3_600 + Number(minute) * 60 + Number(second)) * 1_000;
  const [hours = 0, minutes = 0] = zone === "Z" ? [] : zone.slice(1).split(":").map(Number);
  const offset = (hours * 60 + minutes) * 60_000 * (zone.startsWith("-") ? -1 : 1);
  const value = (local - offset) * 1_000 + Number(fraction.slice(0, 6).padEnd(6, "0"));
  return Number.isSafeInteger(value) ? value : undefined;
}

function decimal(text: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(text) ? numberOfType("number", Number(text)) : undefined;
}

/** A text as the type that a fact declares, the way the language writes it. */
function readText(type: ScalarType, text: string): Reading {
  switch (type) {
    case "bool":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "int":
      return /^-?\d+$/.test(text) ? numberOfType("int", Number(text)) : undefined;
    case "number":
      return decimal(text);
    case "percent":
      return decimal(text.replace(/%$/, ""));
    case "duration":
      return quantity(text, DURATION_UNITS);
    case "size":
      return quantity(text, SIZE_UNITS);
    case "time":
      return timeOf(text);
    default:
      return textOfType(type, text);
  }
}

/** What a trusted proxy states: a JSON value of the type, or a text that is read as one. */
export function factOfType(type: ScalarType, value: unknown): Reading {
  return typeof value === "string" ? readText(type, value) : valueOfType(type, value);
}

/** An own member of an object that is no array; undefined where there is none. */
export function memberOf(value: unknown, name: string): unknown {
  const record = typeof value === "object" && value !== null && !Array.isArray(value);
  return record && Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

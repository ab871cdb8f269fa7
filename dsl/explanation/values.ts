/** Values as the language writes them. */
import type { ExprType, Rate, ScalarType, ScalarValue, Value } from "../../engine/index.ts";

/** Members of a set that are shown. */
const MOST_MEMBERS = 8;
/** Characters of a text that are shown. */
const LONGEST_TEXT = 80;

/** A value as its literal is written; `missing` for null. Long ones are cut. */
export function formatValue(value: Value | null, type: ExprType): string {
  if (value === null) return "missing";
  if (isRate(value)) return formatRate(value);
  if (!isSet(value)) return formatScalar(value, type.scalar);
  const shown = value.slice(0, MOST_MEMBERS).map((member) => formatScalar(member, type.scalar));
  return `[${[...shown, ...(value.length > MOST_MEMBERS ? [`… ${value.length} in all`] : [])].join(", ")}]`;
}

function isSet(value: Value): value is readonly ScalarValue[] {
  return Array.isArray(value);
}

function isRate(value: Value): value is Rate {
  return typeof value === "object" && !Array.isArray(value);
}

function formatScalar(value: ScalarValue, type: ScalarType): string {
  switch (type) {
    case "duration":
      return formatMicros(Number(value));
    case "size":
      return inUnits(Number(value), SIZES);
    case "percent":
      return `${Number(Number(value).toFixed(4))}%`;
    case "number":
      return String(Number(Number(value).toPrecision(12)));
    case "time":
      return formatTime(Number(value));
    case "string":
    case "path":
      return JSON.stringify(String(value).length > LONGEST_TEXT ? `${String(value).slice(0, LONGEST_TEXT)}…` : value);
    default:
      return String(value);
  }
}

const SIZES = [
  [1024 ** 3, "GB"],
  [1024 ** 2, "MB"],
  [1024, "KB"],
  [1, "B"],
] as const;

const DURATIONS = [
  [86_400_000_000, "d"],
  [3_600_000_000, "h"],
  [60_000_000, "m"],
  [1_000_000, "s"],
  [1_000, "ms"],
] as const;

/** The largest unit that divides a value. */
function inUnits(value: number, units: readonly (readonly [number, string])[]): string {
  if (value === 0) return `0${units.at(-1)?.[1] ?? ""}`;
  const [size, name] = units.find(([unit]) => value % unit === 0) ?? [1, ""];
  return `${value / size}${name}`;
}

/** A duration in at most two units where that is exact, else in seconds: `15m`, `9m 59s`, `2.000001s`. */
export function formatMicros(micros: number): string {
  if (micros < 0) return `-${formatMicros(-micros)}`;
  const [large, name] = DURATIONS.find(([unit]) => micros >= unit) ?? [1_000, "ms"];
  const rest = micros % large;
  if (rest === 0) return micros === 0 ? "0s" : `${micros / large}${name}`;
  const [small = 0, smallName = ""] = DURATIONS[DURATIONS.findIndex(([unit]) => unit === large) + 1] ?? [];
  const exact = large > 1_000_000 && rest % small === 0;
  return exact ? `${(micros - rest) / large}${name} ${rest / small}${smallName}` : `${micros / 1_000_000}s`;
}

/** A moment in RFC 3339, to the microsecond where it needs that. */
export function formatTime(micros: number): string {
  const millis = Math.floor(micros / 1_000);
  const text = new Date(millis).toISOString();
  const rest = micros - millis * 1_000;
  if (rest > 0) return text.replace("Z", `${String(rest).padStart(3, "0")}Z`);
  return text.replace(".000Z", "Z");
}

function formatRate({ allow, perMicros, burst }: Rate): string {
  return `${allow} per ${formatMicros(perMicros)}${burst === allow ? "" : ` burst ${burst}`}`;
}

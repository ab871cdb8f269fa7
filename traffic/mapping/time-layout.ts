/** Times of a log that is mapped: how a text or number is read as one. */
import { looseNumber } from "../json-line.ts";
import { epochMicros, Rfc3339Times, StampTimes } from "../log-times.ts";
import { utcMillis, zoneMinutes } from "../time-text.ts";

/** Formats with a name; any other is a layout of {@link layoutReader}. */
export const TIME_FORMATS = ["rfc3339", "clf", "unix", "unix_ms", "unix_us", "unix_ns"] as const;

/** Reads a value as microseconds since the Unix epoch; null where it is no such time. */
export type TimeReader = (value: unknown) => number | null;

const UNITS: Readonly<Record<string, number>> = { unix: 1e6, unix_ms: 1e3, unix_us: 1, unix_ns: 1e-3 };

/** A reader of a format; or what is wrong with the format. */
export function timeReader(format: string): TimeReader | string {
  const unit = UNITS[format];
  if (unit !== undefined) return (value) => mapped(looseNumber(value), (number) => epochMicros(number, unit));
  if (format === "rfc3339") {
    const times = new Rfc3339Times();
    return (value) => (typeof value === "string" ? times.read(value) : null);
  }
  if (format === "clf") {
    const times = new StampTimes();
    return (value) => {
      const at = typeof value === "string" ? times.read(value, value.startsWith("[") ? 1 : 0) : -1;
      return at < 0 ? null : at;
    };
  }
  return layoutReader(format);
}

function mapped(value: number | null, then: (value: number) => number | null): number | null {
  return value === null ? null : then(value);
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/** What a directive of `strptime` (POSIX) stands for, as a pattern with one group, and the part of a time that it is. */
const DIRECTIVES: Readonly<Record<string, readonly [part: string, pattern: string]>> = {
  Y: ["year", "(\\d{4})"],
  m: ["month", "(\\d{1,2})"],
  b: ["monthName", "([A-Za-z]{3})"],
  d: ["day", "([ \\d]?\\d)"],
  H: ["hour", "(\\d{1,2})"],
  M: ["minute", "(\\d{2})"],
  S: ["second", "(\\d{2})"],
  f: ["fraction", "(\\d{1,9})"],
  z: ["zone", "(Z|[+-]\\d{2}:?\\d{2})"],
};
const REQUIRED = ["year", "day", "hour", "minute"];

/** A reader of a layout such as `%Y-%m-%d %H:%M:%S.%f`; times without a zone are in UTC. What is wrong with a layout that is none. */
function layoutReader(layout: string): TimeReader | string {
  const parts: string[] = [];
  let source = "";
  for (let at = 0; at < layout.length; at++) {
    const mark = layout[at] ?? "";
    if (mark !== "%") {
      source += mark.replace(/[^A-Za-z0-9]/, (other) => `\\${other}`);
      continue;
    }
    const letter = layout[++at] ?? "";
    const directive = DIRECTIVES[letter];
    if (letter === "%") source += "%";
    else if (directive === undefined) {
      return `\`%${letter}\` is no directive of a layout; there are ${Object.keys(DIRECTIVES)
        .map((each) => `%${each}`)
        .join(" ")}`;
    } else {
      parts.push(directive[0]);
      source += directive[1];
    }
  }
  const missing = [...REQUIRED, "month"].find(
    (part) => !parts.includes(part) && !(part === "month" && parts.includes("monthName")),
  );
  if (missing !== undefined) {
    return `must be one of ${TIME_FORMATS.join(", ")}, or a layout like \`%Y-%m-%d %H:%M:%S\`, which needs the ${missing}`;
  }
  // Every part but the day is of fixed or bounded length, so nothing is tried more than a few times.
  const pattern = new RegExp(`^${source}$`);
  return (value) => (typeof value === "string" && value.length <= 64 ? read(pattern.exec(value), parts) : null);
}

function read(found: RegExpExecArray | null, parts: readonly string[]): number | null {
  if (found === null) return null;
  const text = (part: string): string => found[parts.indexOf(part) + 1] ?? "";
  const number = (part: string): number => (parts.includes(part) ? Number(text(part)) : 0);
  const month = parts.includes("month") ? number("month") : MONTHS.indexOf(text("monthName").toLowerCase()) + 1;
  if (month < 1 || month > 12) return null;
  const millis = utcMillis(number("year"), month, number("day"), number("hour"), number("minute"), number("second"));
  const offset = parts.includes("zone") ? zoneMinutes(text("zone")) : 0;
  if (millis === null || offset === null) return null;
  const fraction = parts.includes("fraction") ? Number(text("fraction").padEnd(6, "0").slice(0, 6)) : 0;
  return epochMicros((millis - offset * 60_000) * 1_000 + fraction, 1);
}

/** Files of recorded arrivals: one arrival a line, by the time that the line begins with. */

/** A file of arrivals holds at most this many bytes. */
export const MAX_ARRIVAL_BYTES: number = 64 * 1024 ** 2;
/** A population replays at most this many arrivals. */
export const MAX_ARRIVALS = 1_000_000;

/** Arrivals in microseconds since the first, or the first line that is wrong. */
export type ArrivalsRead =
  | { readonly ok: true; readonly arrivals: readonly number[] }
  | {
      readonly ok: false;
      readonly start: number;
      readonly end: number;
      readonly message: string;
      readonly help: string;
    };

/** Of numbers in JSON: their microseconds are safe integers, and milliseconds since 1970 are among them. */
const MOST_MILLIS = Number.MAX_SAFE_INTEGER / 1_000;

const HELP =
  "begin each line with a time (2026-01-01T00:00:00.5Z, 2026-01-01 00:00:00.5 or seconds), or write one JSON object a line with `at`";
/** Date, time to the second, and a fraction of up to nine digits; a time without a zone is UTC. Behind it the line ends, or anything follows apart. */
const STAMP = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?(?=[\s,;]|$)/;
const COUNT = /^\d{1,12}(?:\.\d{1,9})?(?=[\s,;]|$)/;

/**
 * Reads arrivals. A line begins with its time, apart from the rest by a comma, a semicolon or a blank, or has it as the member `at` of its JSON object (RFC 3339 or
 * milliseconds). The first line may be a heading, which is no JSON; blank lines and lines that begin with `#` are skipped.
 */
export function readArrivals(text: string): ArrivalsRead {
  const arrivals: number[] = [];
  let first: number | null = null;
  let start = 0;
  for (const [index, line] of text.split("\n").entries()) {
    const written = line.trim();
    const place = { start, end: start + line.length };
    start += line.length + 1;
    if (written === "" || written.startsWith("#")) continue;
    const micros = timeOf(written);
    if (micros === null && index === 0 && !written.startsWith("{")) continue;
    if (micros === null) return { ok: false, ...place, message: whyNoTime(written), help: HELP };
    first ??= micros;
    const at = micros - first;
    if (at < (arrivals.at(-1) ?? 0)) {
      return { ok: false, ...place, message: "this arrival is before the one above it", help: "sort the file by time" };
    }
    if (arrivals.length === MAX_ARRIVALS) {
      const message = `a population replays at most ${MAX_ARRIVALS} arrivals`;
      return { ok: false, ...place, message, help: "cut the file, or split it over several populations" };
    }
    arrivals.push(at);
  }
  if (arrivals.length > 0) return { ok: true, arrivals };
  return { ok: false, start: 0, end: 0, message: "the file holds no arrival", help: HELP };
}

function whyNoTime(line: string): string {
  return line.startsWith("{")
    ? "this line is no JSON object whose `at` is a time"
    : "this line does not begin with a time";
}

function timeOf(line: string): number | null {
  if (line.startsWith("{")) return atOf(line);
  return readTime(line, 1_000_000);
}

function atOf(line: string): number | null {
  try {
    const { at } = JSON.parse(line) as { readonly at?: unknown };
    if (typeof at === "number") return at >= 0 && at <= MOST_MILLIS ? Math.round(at * 1_000) : null;
    return typeof at === "string" ? readTime(at, 1_000) : null;
  } catch {
    return null;
  }
}

/** @param unit - Microseconds of one, where the text is a number. */
function readTime(text: string, unit: number): number | null {
  const [count] = COUNT.exec(text) ?? [];
  if (count !== undefined) return Math.round(Number(count) * unit);
  const stamp = STAMP.exec(text);
  if (stamp === null) return null;
  const [, day, time, fraction = "", zone = "Z"] = stamp;
  const seconds = Date.parse(`${day}T${time}${zone}`);
  const micros = Math.floor(Number(fraction.padEnd(9, "0")) / 1_000);
  return Number.isNaN(seconds) ? null : seconds * 1_000 + micros;
}

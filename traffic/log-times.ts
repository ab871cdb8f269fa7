/** Times of access logs. Lines that follow one another nearly always share their minute, whose start is remembered. */
import { parseTimeText, utcMillis, zoneMinutes } from "./time-text.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** Of what is remembered before anything was read: no text begins with it. */
const NOTHING = "\u0000";
const SECOND = 1_000_000;

/** Length of `17/May/2015:10:05:03 +0000`, and where its parts are. */
export const STAMP_LENGTH = 26;
const SECONDS_AT = 18;
const ZONE_AT = 20;
const STAMP = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):\d{2} ([+-]\d{4})$/;

/** Reads times as Apache and nginx write them: `17/May/2015:10:05:03 +0000` (Apache's `%t`, nginx's `$time_local`). */
export class StampTimes {
  #minute = NOTHING;
  #zone = NOTHING;
  #start = 0;

  /**
   * The time that begins at `at`.
   *
   * @returns Microseconds since the Unix epoch, or -1 where there is no such time from 1970 on.
   */
  read(line: string, at: number): number {
    const second = twoDigits(line, at + SECONDS_AT);
    if (second < 0 || second > 60) return -1;
    if (!(line.startsWith(this.#minute, at) && line.startsWith(this.#zone, at + ZONE_AT))) {
      if (!this.#remember(line.slice(at, at + STAMP_LENGTH))) return -1;
    }
    return this.#start + second * SECOND;
  }

  #remember(stamp: string): boolean {
    const [, day, name = "", year, hour, minute, zone = ""] = STAMP.exec(stamp) ?? [];
    const month = MONTHS.indexOf(name) + 1;
    if (month === 0) return false;
    const millis = utcMillis(Number(year), month, Number(day), Number(hour), Number(minute), 0);
    const offset = zoneMinutes(zone);
    if (millis === null || offset === null || millis < offset * 60_000) return false;
    this.#start = (millis - offset * 60_000) * 1_000;
    this.#minute = stamp.slice(0, SECONDS_AT);
    this.#zone = stamp.slice(ZONE_AT);
    return true;
  }
}

/** Whether a stamp may stand at `at`, by its marks alone. */
export function looksLikeStamp(line: string, at: number): boolean {
  return line[at + 2] === "/" && line[at + 6] === "/" && line[at + 11] === ":" && line[at + ZONE_AT] === " ";
}

/** The number that two digits write; -1 where there are none. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

/** Length of `2026-01-01T00:00:`. */
const MINUTE_LENGTH = 17;
const SECONDS = /^(\d{2})(?:\.(\d{1,9}))?Z$/;

/** Reads RFC 3339 times; a time of the remembered minute, in UTC, by its seconds alone. */
export class Rfc3339Times {
  #minute = NOTHING;
  #start = 0;

  /** @returns Microseconds since the Unix epoch, or null where `text` is no time from 1970 to 2200. */
  read(text: string): number | null {
    if (text.startsWith(this.#minute)) {
      const [, second, fraction = ""] = SECONDS.exec(text.slice(MINUTE_LENGTH)) ?? [];
      if (second !== undefined && Number(second) <= 60) {
        return this.#start + Number(second) * SECOND + Number(fraction.padEnd(6, "0").slice(0, 6));
      }
    }
    const micros = parseTimeText(text);
    const minute = text.slice(0, MINUTE_LENGTH);
    const start = micros === null || !text.endsWith("Z") ? null : parseTimeText(`${minute}00Z`);
    if (start !== null) {
      this.#minute = minute;
      this.#start = start;
    }
    return micros;
  }
}

/** The latest time taken, in seconds: the end of the year 2200, as in texts. */
const LATEST_SECONDS = Date.UTC(2201, 0, 1) / 1_000;

/** Microseconds of a number of `unit`s (a second being 1,000,000) since the Unix epoch; null where it is not from 1970 to 2200. */
export function epochMicros(value: number, unit: number): number | null {
  const seconds = (value * unit) / SECOND;
  return seconds >= 0 && seconds < LATEST_SECONDS ? Math.round(value * unit) : null;
}

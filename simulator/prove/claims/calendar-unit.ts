/** Units of a calendar, told apart by the platform's own calendar and not by the engine's. */
import type { Amount } from "../../../engine/index.ts";

type Calendar = Extract<Amount, { kind: "calendar" }>;

const FIELDS: Readonly<Record<Calendar["unit"], Intl.DateTimeFormatOptions>> = {
  month: { year: "numeric", month: "2-digit" },
  day: { year: "numeric", month: "2-digit", day: "2-digit" },
  // An hour of the clock that comes twice when it is put back is two.
  hour: {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    hourCycle: "h23",
    timeZoneName: "longOffset",
  },
};

const formats = new Map<string, Intl.DateTimeFormat>();

/** A text that is the same for all times of one unit, and for no others. */
export function unitOf({ unit, zone }: Calendar, micros: number): string {
  const id = `${unit} ${zone}`;
  const format = formats.get(id) ?? new Intl.DateTimeFormat("en-CA", { ...FIELDS[unit], timeZone: zone });
  formats.set(id, format);
  return format.format(Math.floor(micros / 1_000));
}

/** The wall clock of a time zone, the windows read off it, and where its calendar units end. */
import type { Window } from "../policy.ts";

const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;
const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

/** A zone's clock at a time. */
export interface WallClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  /** 0 for Monday. */
  readonly weekday: number;
  /** Microseconds since local midnight, as the clock shows them. */
  readonly timeOfDay: number;
}

/** One formatter a zone: making them is slow, and there are but a few hundred zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    weekday: "short",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formatters.set(zone, formatter);
  return formatter;
}

/** Reads a zone's clock. */
export function wallClock(now: number, zone: string): WallClock {
  const parts = formatterOf(zone).formatToParts(Math.floor(now / SECOND) * 1_000);
  const read = (type: string): string => parts.find((part) => part.type === type)?.value ?? "";
  const [hour, minute, second] = [Number(read("hour")), Number(read("minute")), Number(read("second"))];
  return {
    year: Number(read("year")),
    month: Number(read("month")),
    day: Number(read("day")),
    hour,
    weekday: (WEEKDAYS as readonly string[]).indexOf(read("weekday").toLowerCase()),
    timeOfDay: (hour * 3_600 + minute * 60 + second) * SECOND + (now % SECOND),
  };
}

/** The weekday as policies name it. */
export function weekdayOf(now: number, zone: string): string {
  return WEEKDAYS[wallClock(now, zone).weekday] ?? "";
}

/** Whether `at` lies from `from` on and before `to`, in a span that wraps around where it does not end after its start. */
function within(at: number, from: number, to: number): boolean {
  return from < to ? from <= at && at < to : at >= from || at < to;
}

/** Whether a declared window is open at a time. */
export function isOpen({ recurrence }: Window, now: number): boolean {
  if (recurrence.kind === "once") return recurrence.from <= now && now < recurrence.to;
  const { weekday, timeOfDay } = wallClock(now, recurrence.zone);
  if (recurrence.kind === "daily") return within(timeOfDay, recurrence.from, recurrence.to);
  const { fromDay, from, toDay, to } = recurrence;
  return within(weekday * DAY + timeOfDay, fromDay * DAY + from, toDay * DAY + to);
}

/** A unit of the calendar. */
export type CalendarUnit = "hour" | "day" | "month";

/** Which unit a time is in, as the wall clock names it: an hour that comes twice is one unit. */
function unitOf(now: number, unit: CalendarUnit, zone: string): string {
  const { year, month, day, hour } = wallClock(now, zone);
  const parts = { month: [year, month], day: [year, month, day], hour: [year, month, day, hour] }[unit];
  return parts.join(" ");
}

const STEPS = [DAY, 3_600 * SECOND, 60 * SECOND, SECOND] as const;
const MOST_ENDS = 10_000;
const knownEnds = new Map<string, number>();

/** The first instant after `now` at which the clock names another unit: a walk by days, hours, minutes and seconds. */
export function endOfUnit(now: number, unit: CalendarUnit, zone: string): number {
  const name = unitOf(now, unit, zone);
  const known = knownEnds.get(`${zone} ${unit} ${name}`);
  if (known !== undefined && known > now) return known;
  let last = Math.floor(now / SECOND) * SECOND;
  for (const step of STEPS) while (unitOf(last + step, unit, zone) === name) last += step;
  if (knownEnds.size >= MOST_ENDS) knownEnds.clear();
  knownEnds.set(`${zone} ${unit} ${name}`, last + SECOND);
  return last + SECOND;
}

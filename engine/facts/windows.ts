/** Whether a moment lies in a declared window, by the wall clock of the window's zone. */
import type { Window } from "../policy.ts";
import type { ZoneClock } from "./zone-clock.ts";

const DAY_MICROS = 86_400_000_000;

/** Whether `at` lies from `from` to `to` on a dial that begins again; a span whose end is not after its start wraps around. */
function isOnDial(at: number, from: number, to: number): boolean {
  return from < to ? from <= at && at < to : at >= from || at < to;
}

/**
 * Tells whether a window is open.
 *
 * @param zones - Clocks of the zones that windows name.
 * @param nowMicros - Microseconds since the Unix epoch.
 */
export function isInWindow({ recurrence }: Window, zones: ReadonlyMap<string, ZoneClock>, nowMicros: number): boolean {
  if (recurrence.kind === "once") return recurrence.from <= nowMicros && nowMicros < recurrence.to;
  const clock = zones.get(recurrence.zone)!;
  const time = clock.timeOfDay(nowMicros);
  if (recurrence.kind === "daily") return isOnDial(time, recurrence.from, recurrence.to);
  const { fromDay, from, toDay, to } = recurrence;
  const position = clock.day(nowMicros) * DAY_MICROS + time;
  return isOnDial(position, fromDay * DAY_MICROS + from, toDay * DAY_MICROS + to);
}

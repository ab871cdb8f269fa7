/** Clocks of the time zones that a policy names. */
import { ZoneClock } from "../facts/zone-clock.ts";
import { SlotOp } from "../layout.ts";
import type { Window } from "../policy.ts";
import type { SlotTables } from "./slots.ts";

/** One clock for each zone that slots or windows name. */
export function zoneClocks({ op, a, names }: SlotTables, windows: readonly Window[]): Map<string, ZoneClock> {
  const clocks = new Map<string, ZoneClock>();
  const add = (zone: string): void => void (clocks.has(zone) || clocks.set(zone, new ZoneClock(zone)));
  for (const [slot, operation] of op.entries())
    if (operation === SlotOp.hour || operation === SlotOp.weekday) add(names[a[slot]!]!);
  for (const { recurrence } of windows) if (recurrence.kind !== "once") add(recurrence.zone);
  return clocks;
}

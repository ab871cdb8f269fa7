/** Clocks of the time zones that a policy names. */
import { ZoneClock } from "../facts/zone-clock.ts";
import { SlotOp } from "../layout.ts";
import type { SlotTables } from "./slots.ts";

/** One clock for each zone. */
export function zoneClocks({ op, a, names }: SlotTables): Map<string, ZoneClock> {
  const clocks = new Map<string, ZoneClock>();
  for (const [slot, operation] of op.entries()) {
    if (operation !== SlotOp.hour && operation !== SlotOp.weekday) continue;
    const zone = names[a[slot]!]!;
    if (!clocks.has(zone)) clocks.set(zone, new ZoneClock(zone));
  }
  return clocks;
}

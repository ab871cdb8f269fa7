/** A quota of a calendar unit: what the present unit has used, and what held requests will use of the next. */
import { type CalendarUnit, endOfUnit } from "./wall-clock.ts";

/** The use of the unit that ends at `end`, and of the one that begins there. */
export interface UnitUse {
  readonly end: number;
  readonly used: number;
  readonly ahead: number;
}

/** The use of the unit that a time is in. */
export function useAt(use: UnitUse | null, now: number, unit: CalendarUnit, zone: string): UnitUse {
  if (use !== null && now < use.end) return use;
  const end = endOfUnit(now, unit, zone);
  const follows = use !== null && endOfUnit(use.end, unit, zone) === end;
  return { end, used: follows ? use.ahead : 0, ahead: 0 };
}

/** Gives back units that were charged to the unit which ends at `chargedEnd`, if that is not over. */
export function givenBack(
  use: UnitUse,
  chargedEnd: number,
  cost: number,
  now: number,
  unit: CalendarUnit,
  zone: string,
): UnitUse {
  const present = useAt(use, now, unit, zone);
  if (chargedEnd === present.end) return { ...present, used: Math.max(0, present.used - cost) };
  if (chargedEnd === endOfUnit(present.end, unit, zone)) {
    return { ...present, ahead: Math.max(0, present.ahead - cost) };
  }
  return use;
}

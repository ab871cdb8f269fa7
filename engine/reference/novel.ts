/** Which values a key was served with before: the 32 latest of them, each by the exact time at which it was served last. */
import type { ScalarValue } from "../policy.ts";

const SLOTS = 32;
/** A key younger than this part of the window calls nothing new. */
const YOUTH = 8;

/** What a key was served with. */
export interface Acquaintance {
  readonly slots: readonly { readonly value: ScalarValue; readonly at: number }[];
  /** Time of the first served event since nothing of the key lived. */
  readonly since: number;
}

function living({ slots }: Acquaintance, now: number, windowMicros: number): Acquaintance["slots"] {
  return slots.filter(({ at }) => now - at < windowMicros);
}

/** How many values live. */
export function countKnown(known: Acquaintance | null, now: number, windowMicros: number): number {
  return known === null ? 0 : living(known, now, windowMicros).length;
}

/** Why nothing is new to a key: it has not been known for long enough. */
export interface Youth {
  /** For how long it is known; null where it is not. */
  readonly knownMicros: number | null;
  readonly neededMicros: number;
}

/** Null for a key that has been known for an eighth of the window. */
export function youthOf(known: Acquaintance | null, now: number, windowMicros: number): Youth | null {
  const lives = known !== null && living(known, now, windowMicros).length > 0;
  if (lives && YOUTH * (now - known.since) >= windowMicros) return null;
  return { knownMicros: lives ? now - known.since : null, neededMicros: Math.ceil(windowMicros / YOUTH) };
}

/** Whether a value is new to a key that is known for long enough. */
export function isNovel(known: Acquaintance | null, value: ScalarValue, now: number, windowMicros: number): boolean {
  if (known === null || youthOf(known, now, windowMicros) !== null) return false;
  return !living(known, now, windowMicros).some((slot) => slot.value === value);
}

/** Learns a value. Where every slot is taken, the one with the oldest time is given to it, the first of several. */
export function learnt(
  known: Acquaintance | null,
  value: ScalarValue,
  now: number,
  windowMicros: number,
): Acquaintance {
  const entry = { value, at: now };
  if (known === null || living(known, now, windowMicros).length === 0) return { slots: [entry], since: now };
  const { slots, since } = known;
  const same = slots.findIndex((slot) => slot.value === value);
  if (same < 0 && slots.length < SLOTS) return { slots: [...slots, entry], since };
  const oldest = Math.min(...slots.map(({ at }) => at));
  return { slots: slots.with(same >= 0 ? same : slots.findIndex(({ at }) => at === oldest), entry), since };
}

/** A sliding log: every admitted request with its release and cost, so that no window ever holds more than the amount. */

/** The log of one key, oldest first. */
export interface SlidingLog {
  readonly entries: readonly { readonly at: number; readonly cost: number }[];
  /** Length of the window that charged last. */
  readonly windowMicros: number;
}

/** A log without entries. */
export const NO_LOG: SlidingLog = { entries: [], windowMicros: 0 };

function costOf(entries: SlidingLog["entries"]): number {
  return entries.reduce((sum, { cost }) => sum + cost, 0);
}

/** What of a log lies in the window that ends at a time; entries of held requests lie after it and count too. */
export function windowOf({ entries }: SlidingLog, end: number, windowMicros: number): SlidingLog["entries"] {
  return entries.filter(({ at }) => at > end - windowMicros);
}

/** Units of a window that are used. */
export function usedIn(log: SlidingLog, now: number, windowMicros: number): number {
  return costOf(windowOf(log, now, windowMicros));
}

/** Whether a request is held: none that comes after it is released before it. */
export function isHolding({ entries }: SlidingLog, now: number): boolean {
  return (entries.at(-1)?.at ?? now) > now;
}

/**
 * The first time, not before now and not before any release, at which the window holds `cost` more; null where no window ever does.
 * The amount is `most` units in every `windowMicros`.
 */
export function releaseAt(
  log: SlidingLog,
  most: number,
  windowMicros: number,
  cost: number,
  now: number,
): number | null {
  if (cost > most) return null;
  const earliest = Math.max(now, log.entries.at(-1)?.at ?? now);
  const ends = log.entries.map(({ at }) => at + windowMicros).filter((end) => end > earliest);
  const fits = (release: number): boolean => usedIn(log, release, windowMicros) + cost <= most;
  return [earliest, ...ends].find(fits) ?? null;
}

/** The log with a request released at a time; what its window does not reach back to is dropped. */
export function released(log: SlidingLog, windowMicros: number, cost: number, at: number): SlidingLog {
  return { entries: [...windowOf(log, at, windowMicros), { at, cost }], windowMicros };
}

/** The log without one entry of that release and cost. */
export function withoutEntry(log: SlidingLog, at: number, cost: number): SlidingLog {
  const index = log.entries.findIndex((entry) => entry.at === at && entry.cost === cost);
  return index < 0 ? log : { ...log, entries: log.entries.toSpliced(index, 1) };
}

/** Time until the latest entry leaves its window; 0 where none is in it. */
export function fullIn(log: SlidingLog, now: number, windowMicros: number): number {
  return Math.max(0, (log.entries.at(-1)?.at ?? -Infinity) + windowMicros - now);
}

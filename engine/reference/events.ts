/** A log of events, and what the aggregates that need no more than that make of it. */
import { type Aggregate, LARGEST, MAX_INTERVAL_EVENTS, type ScalarValue } from "../policy.ts";
import { lives, subWindow } from "./sub-windows.ts";

/** Under so many events a share tells nothing. */
const FEWEST = 8;

/** One event: when it was, and the value, hit or step that its aggregate counts. */
export interface LoggedEvent {
  readonly at: number;
  readonly subWindow: bigint;
  readonly value: ScalarValue;
  /** Whether a share counts it: its condition held, or it was a step from the one before. */
  readonly hit: boolean;
}

/** The events of a log that live: those from the first one that does, for time does not run back. */
export function livingEvents(log: readonly LoggedEvent[], now: number, windowMicros: number): readonly LoggedEvent[] {
  const current = subWindow(now, windowMicros);
  const first = log.findIndex((event) => lives(event.subWindow, current));
  if (first < 0) return [];
  return first === 0 ? log : log.slice(first);
}

function isStep(value: ScalarValue, previous: LoggedEvent | undefined): boolean {
  return previous !== undefined && Math.abs(Number(value) - Number(previous.value)) <= 1;
}

/** Adds an event after forgetting those that no longer live. */
export function logged(
  log: readonly LoggedEvent[],
  kind: Aggregate["kind"],
  value: ScalarValue,
  at: number,
  windowMicros: number,
): readonly LoggedEvent[] {
  const living = livingEvents(log, at, windowMicros);
  const hit = kind === "steps" ? isStep(value, living.at(-1)) : value === true;
  return [...living, { at, subWindow: subWindow(at, windowMicros), value, hit }];
}

function saturatedSum(values: readonly number[]): number {
  return values.reduce((sum, value) => Math.min(LARGEST, Math.max(-LARGEST, sum + value)), 0) + 0;
}

/** The sums of the sub-windows, added up from the oldest to the newest. */
function sumOf(events: readonly LoggedEvent[]): number {
  const sums = new Map<bigint, number>();
  for (const { subWindow: each, value } of events) sums.set(each, saturatedSum([sums.get(each) ?? 0, Number(value)]));
  return saturatedSum([...sums.values()]);
}

function shareOf(events: readonly LoggedEvent[]): number {
  const hits = events.filter(({ hit }) => hit).length;
  return events.length < FEWEST ? 0 : (100 * hits) / events.length;
}

/** The median gap between the latest events, each by its exact time; the window's length where there is none. */
function intervalOf(events: readonly LoggedEvent[], now: number, windowMicros: number, most: number): number {
  const times = events.map(({ at }) => at).filter((at) => now - at < windowMicros);
  const latest = times.slice(-most);
  const gaps = latest.slice(1).map((at, index) => at - (latest[index] ?? 0));
  const sorted = gaps.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? windowMicros : Math.floor((low + high) / 2);
}

/**
 * The value of an aggregate for a log of events at a time.
 *
 * @param latest - Events that `interval` looks at.
 */
export function readEvents(
  log: readonly LoggedEvent[],
  kind: Aggregate["kind"],
  now: number,
  windowMicros: number,
  latest: number = MAX_INTERVAL_EVENTS,
): number {
  const living = livingEvents(log, now, windowMicros);
  switch (kind) {
    case "sum":
      return sumOf(living);
    case "max":
      return living.length === 0 ? 0 : living.reduce((most, { value }) => Math.max(most, Number(value)), -Infinity);
    case "share":
    case "steps":
      return shareOf(living);
    case "interval":
      return intervalOf(living, now, windowMicros, latest);
    case "elapsed":
      return Math.min(windowMicros, now - (log.at(-1)?.at ?? -Infinity));
    default:
      return living.length;
  }
}

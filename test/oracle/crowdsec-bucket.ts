/**
 * A bucket as CrowdSec describes its `leaky` ones, written from that description alone: which events of a source overflow it and are
 * told. Levels are counted in parts of an event, so that none is rounded.
 */

/** What a bucket is declared as. Times are in whatever unit those of the events are. */
export interface BucketKind {
  readonly capacity: number;
  readonly leakspeed: number;
  readonly blackhole: number;
  readonly distinct: boolean;
}

export interface BucketEvent {
  readonly at: number;
  readonly value: string;
}

interface Bucket {
  /** In parts of which `leakspeed` are one event. */
  level: number;
  last: number;
  readonly seen: Set<string>;
}

/** Places of the events whose overflow is told, of one source's in the order of time. */
export function tellsOf(
  { capacity, leakspeed, blackhole, distinct }: BucketKind,
  events: readonly BucketEvent[],
): number[] {
  const told: number[] = [];
  let bucket: Bucket | null = null;
  let silentUntil = -Infinity;
  for (const [place, { at, value }] of events.entries()) {
    if (bucket !== null && at - bucket.last > (capacity + 1) * leakspeed) bucket = null;
    bucket ??= { level: 0, last: at, seen: new Set() };
    if (distinct && bucket.seen.has(value)) continue;
    bucket.level = Math.max(0, bucket.level - (at - bucket.last)) + leakspeed;
    bucket.last = at;
    bucket.seen.add(value);
    if (bucket.level <= capacity * leakspeed) continue;
    bucket = null;
    if (at < silentUntil) continue;
    told.push(place);
    silentUntil = at + blackhole;
  }
  return told;
}

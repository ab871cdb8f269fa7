/** A leaky bucket as CrowdSec has them: the event that would overfill it empties it, and is remembered for the window. */
import type { Rate, ScalarValue } from "../policy.ts";

const MOST_SEEN = 128;

/** A key's bucket. */
export interface Bucket {
  /** When it is empty, in microseconds times `rate.allow`; exact. */
  readonly emptyAt: bigint;
  /** Values that it has counted, the latest last. */
  readonly seen: readonly ScalarValue[];
  readonly lastCounted: number | null;
  readonly lastOverflow: number | null;
}

/** A bucket that nothing went into. */
export const EMPTY_BUCKET: Bucket = { emptyAt: 0n, seen: [], lastCounted: null, lastOverflow: null };

/** Whether the bucket overflowed less than a window ago. */
export function hasOverflowed({ lastOverflow }: Bucket, now: number, windowMicros: number): boolean {
  return lastOverflow !== null && now - lastOverflow < windowMicros;
}

/** What a bucket has seen, unless it has stood for longer than it takes to leak one more than it holds. */
function seenAt({ seen, lastCounted }: Bucket, rate: Rate, now: number): readonly ScalarValue[] {
  const idle = BigInt(now - (lastCounted ?? now)) * BigInt(rate.allow);
  return idle > BigInt(rate.burst + 1) * BigInt(rate.perMicros) ? [] : seen;
}

/** Pours an event in; `value` is null where every event counts. */
export function poured(
  bucket: Bucket,
  rate: Rate,
  value: ScalarValue | null,
  now: number,
  windowMicros: number,
): Bucket {
  const seen = seenAt(bucket, rate, now);
  if (value !== null && seen.includes(value)) return bucket;
  const start = BigInt(now) * BigInt(rate.allow);
  const unit = BigInt(rate.perMicros);
  const emptyAt = (bucket.emptyAt > start ? bucket.emptyAt : start) + unit;
  if (emptyAt - start > BigInt(rate.burst) * unit) {
    const lastOverflow = hasOverflowed(bucket, now, windowMicros) ? bucket.lastOverflow : now;
    return { ...EMPTY_BUCKET, lastOverflow };
  }
  const latest = value === null ? [] : [...seen, value].slice(-MOST_SEEN);
  return { ...bucket, emptyAt, seen: latest, lastCounted: now };
}

/** What an honest client does after a refusal: whether it tries again, and when. */
import type { Population } from "../dsl/index.ts";
import { SECOND } from "./clock.ts";
import { uniformMicros } from "./distributions.ts";
import type { RandomStream } from "./random.ts";

/** How a client tries again. */
export type RetryPolicy = Population["retries"];

/** Tries of one request, the first included: the `standard` mode of the AWS SDKs (docs.aws.amazon.com/sdkref, "Retry behavior"). */
export const MOST_TRIES = 3;
/** Wait of `fixed`, the hand-written loop that sleeps a second. */
export const FIXED_WAIT_MICROS: number = SECOND;
/** Base and cap of the exponential waits: delay base and maximum delay of the AWS SDK for JavaScript (`@aws-sdk/util-retry`). */
export const BACKOFF_BASE_MICROS = 100_000;
export const BACKOFF_CAP_MICROS: number = 20 * SECOND;

/** Whether a careful client repeats a request that was answered so: 429 (RFC 6585 §4) and 503 (RFC 9110 §15.6.4) ask for it. */
export function invitesRetry(status: number): boolean {
  return status === 429 || status === 503;
}

/**
 * How long a client waits before it tries again.
 *
 * `fixed` waits a second whatever the answer says. `backoff` waits `min(cap, base · 2^n)`, `full_jitter` a uniform part of
 * that: `random_between(0, min(cap, base · 2^attempt))` (M. Brooker, "Exponential Backoff And Jitter", AWS Architecture
 * Blog, 2015). These two add their wait to the `Retry-After` of the answer (RFC 9110 §10.2.3).
 *
 * @param tries - How often the request was sent so far, at least 1.
 * @param retryAfterMicros - What the refusal says, 0 for nothing.
 * @returns Microseconds, or -1 when it gives up.
 */
export function retryWaitMicros(
  policy: RetryPolicy,
  tries: number,
  retryAfterMicros: number,
  stream: RandomStream,
): number {
  if (policy === "none" || tries >= MOST_TRIES) return -1;
  if (policy === "fixed") return FIXED_WAIT_MICROS;
  const ceiling = Math.min(BACKOFF_CAP_MICROS, BACKOFF_BASE_MICROS * 2 ** (tries - 1));
  const wait = policy === "full_jitter" ? uniformMicros(stream, ceiling) : ceiling;
  return retryAfterMicros + wait;
}

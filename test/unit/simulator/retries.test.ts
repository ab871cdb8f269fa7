import { expect, test } from "vitest";
import { deriveStream } from "../../../simulator/random.ts";
import { invitesRetry, MOST_TRIES, retryWaitMicros } from "../../../simulator/retries.ts";

const stream = deriveStream(1, "retries");

test("only 429 and 503 invite another try", () => {
  expect([200, 400, 401, 403, 429, 500, 503].filter(invitesRetry)).toEqual([429, 503]);
});

test("waits as each policy says, and gives up after the last try", () => {
  expect(retryWaitMicros("none", 1, 0, stream)).toBe(-1);
  expect(retryWaitMicros("fixed", 1, 9_000_000, stream)).toBe(1_000_000);
  expect(retryWaitMicros("backoff", 1, 500_000, stream)).toBe(600_000);
  expect(retryWaitMicros("backoff", 2, 500_000, stream)).toBe(700_000);
  expect(retryWaitMicros("backoff", MOST_TRIES, 0, stream)).toBe(-1);
});

test("full jitter waits anywhere up to the ceiling, after what the answer asks for", () => {
  const waits = Array.from({ length: 2000 }, () => retryWaitMicros("full_jitter", 2, 1_000_000, stream));
  expect(Math.min(...waits)).toBeLessThan(1_005_000);
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000_000);
  expect(Math.max(...waits)).toBeGreaterThan(1_195_000);
  expect(Math.max(...waits)).toBeLessThanOrEqual(1_200_000);
});

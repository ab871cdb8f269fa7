import { expect, test } from "vitest";
import { VERDICTS } from "../../../../engine/policy.ts";
import { NO_FINDINGS, recordOf } from "../../../../engine/reference/record.ts";
import type { Addition } from "../../../../engine/reference/verdict.ts";

const PLACE = { route: 3, client: -1, token: 9 };

function decided(parts: Partial<Addition>): Addition {
  return {
    verdict: "throttle",
    status: 429,
    by: "limit pace",
    reason: "too fast",
    delay: 0,
    retryAfter: 0,
    ...parts,
  } as Addition;
}

test("a record says what was decided, where, and in what units", () => {
  const record = recordOf(
    decided({ delay: 1_500, retryAfter: 2_500_000 }),
    { ...NO_FINDINGS, shadow: ["a", "b"] },
    PLACE,
  );
  expect(record).toMatchObject({
    ...PLACE,
    verdict: VERDICTS.indexOf("throttle"),
    status: 429,
    by: "limit pace",
    reason: "too fast",
    delayMicros: 1_500,
    retryAfterMicros: 2_500_000,
    shadows: 2,
  });
  expect(record.toDecision()).toEqual({
    verdict: "throttle",
    status: 429,
    by: "limit pace",
    reason: "too fast",
    delay: 0.0015,
    retryAfter: 2.5,
    matched: [],
    shadow: ["a", "b"],
    scores: {},
    labels: [],
    overlays: [],
    limits: [],
  });
});

test("what matched, and what would have, is named one by one, and nothing beyond", () => {
  const record = recordOf(decided({}), { ...NO_FINDINGS, matched: ["m", "n"], shadow: ["s"] }, PLACE);
  expect([record.matches, record.shadows]).toEqual([2, 1]);
  expect([0, 1, 2].map((index) => record.matchOf(index))).toEqual(["m", "n", ""]);
  expect([0, 1].map((index) => record.shadowOf(index))).toEqual(["s", ""]);
});

test("nothing to wait for is no time, whatever stood for it", () => {
  const record = recordOf(decided({ retryAfter: -1 }), NO_FINDINGS, PLACE);
  expect([record.retryAfterMicros, record.toDecision().retryAfter]).toEqual([0, 0]);
});

test("of a request that was refused before the rules nothing was found", () => {
  expect(NO_FINDINGS).toEqual({ matched: [], shadow: [], scores: {}, labels: [], overlays: [], limits: [] });
});

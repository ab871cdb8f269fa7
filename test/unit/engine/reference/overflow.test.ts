import { describe, expect, test } from "vitest";
import { type Bucket, EMPTY_BUCKET, hasOverflowed, poured } from "../../../../engine/reference/overflow.ts";

/** Holds 2, and loses one every 10. */
const RATE = { allow: 1, perMicros: 10, burst: 2 };
const WINDOW = 100;

function after(...events: readonly (readonly [at: number, value?: string])[]): Bucket {
  return events.reduce((bucket, [at, value = null]) => poured(bucket, RATE, value, at, WINDOW), EMPTY_BUCKET);
}

describe("a bucket", () => {
  test("overflows with the event that it has no room for", () => {
    expect(after([0], [0]).lastOverflow).toBeNull();
    expect(after([0], [0], [0]).lastOverflow).toBe(0);
    expect(after([0], [0], [9]).lastOverflow).toBe(9);
    expect(after([0], [0], [10]).lastOverflow).toBeNull();
    expect([after([0], [5], [9]).lastOverflow, after([0], [5], [10]).lastOverflow]).toEqual([9, null]);
  });

  test("is empty then", () => {
    expect(after([0], [0], [0])).toEqual({ ...EMPTY_BUCKET, lastOverflow: 0 });
    expect(after([0], [0], [0], [0], [0]).lastOverflow).toBe(0);
  });

  test("has overflowed for a window", () => {
    const bucket = after([0], [0], [5]);
    expect([5, 104, 105].map((now) => hasOverflowed(bucket, now, WINDOW))).toEqual([true, true, false]);
    expect(hasOverflowed(EMPTY_BUCKET, 0, WINDOW)).toBe(false);
  });

  test("that overflows again within the window keeps its time, and past it takes the new one", () => {
    expect(after([0], [0], [0], [50], [50], [50]).lastOverflow).toBe(0);
    expect(after([0], [0], [0], [100], [100], [100]).lastOverflow).toBe(100);
  });

  test("leaks at its rate exactly, also where that is no whole number", () => {
    const thirds = { allow: 3, perMicros: 10, burst: 1 };
    const pour = (bucket: Bucket, at: number): Bucket => poured(bucket, thirds, null, at, WINDOW);
    expect(pour(pour(EMPTY_BUCKET, 0), 3).lastOverflow).toBe(3);
    expect(pour(pour(EMPTY_BUCKET, 0), 4).lastOverflow).toBeNull();
  });
});

describe("a bucket that holds nothing", () => {
  const none = { allow: 1, perMicros: 10, burst: 0 };
  const after = (...times: readonly number[]): Bucket =>
    times.reduce((bucket, at) => poured(bucket, none, null, at, WINDOW), EMPTY_BUCKET);

  test("overflows at every event, and no event within the window lengthens it", () => {
    expect(after(7).lastOverflow).toBe(7);
    expect(after(7, 50, 106).lastOverflow).toBe(7);
    expect(after(7, 50, 107).lastOverflow).toBe(107);
  });
});

describe("a value", () => {
  test("counts once", () => {
    expect(after([0, "a"], [0, "a"], [0, "a"]).lastOverflow).toBeNull();
    expect(after([0, "a"], [0, "b"], [0, "a"]).seen).toEqual(["a", "b"]);
    expect(after([0, "a"], [0, "b"], [0, "c"]).lastOverflow).toBe(0);
  });

  test("counts again once the bucket has stood longer than it takes to leak one more than it holds", () => {
    expect(after([0, "a"], [30, "a"]).lastCounted).toBe(0);
    expect(after([0, "a"], [31, "a"])).toMatchObject({ lastCounted: 31, seen: ["a"] });
    expect(after([0, "a"], [31, "b"]).seen).toEqual(["b"]);
    expect(after([0, "a"], [30, "b"]).seen).toEqual(["a", "b"]);
  });

  test("is remembered among the latest 128", () => {
    const wide = { allow: 1, perMicros: 10, burst: 1_000 };
    const many = Array.from({ length: 130 }, (_, index) => String(index));
    const bucket = many.reduce((each, value) => poured(each, wide, value, 0, WINDOW), EMPTY_BUCKET);
    expect([bucket.seen.length, bucket.seen[0], bucket.seen.at(-1)]).toEqual([128, "2", "129"]);
  });
});

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Asks } from "../../../../server/workers/asks.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a question has its own answer, whatever order they come in", async () => {
  const posted: number[] = [];
  const asks = new Asks(({ number }) => void posted.push(number));
  const [first, second] = [asks.ask("metrics", null, 100), asks.ask("metrics", null, 100)];
  asks.answered(posted[1] ?? 0, "second");
  asks.answered(posted[0] ?? 0, "first");
  expect(await Promise.all([first, second])).toEqual(["first", "second"]);
  expect(vi.getTimerCount()).toBe(0);
});

test("one that is not answered in time comes to nothing, and an answer too late is none", async () => {
  const posted: number[] = [];
  const asks = new Asks(({ number }) => void posted.push(number));
  const asked = asks.ask("metrics", null, 100);
  vi.advanceTimersByTime(100);
  asks.answered(posted[0] ?? 0, "late");
  expect(await asked).toBeNull();
});

test("all come to nothing when who was asked is gone, and at once where too many wait", async () => {
  let posted = 0;
  const asks = new Asks(() => posted++);
  const waiting = Array.from({ length: 4_096 }, () => asks.ask("metrics", null, 100));
  expect(await asks.ask("metrics", null, 100)).toBeNull();
  expect(posted).toBe(4_096);
  asks.giveUp();
  expect(new Set(await Promise.all(waiting))).toEqual(new Set([null]));
  expect(vi.getTimerCount()).toBe(0);
});

/** The lock of a shared arena, without anybody to race against: `workers.test.ts` has those. */
import { expect, test, vi } from "vitest";
import { LOCK, WAITERS } from "../../../../../engine/state/shared/layout.ts";
import { enter, leave } from "../../../../../engine/state/shared/lock.ts";

/** More looks than any of these waits takes. */
const LOOKS = 100;

function wordsOf(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(512));
}

/** What happens at each sleep of one that waits; the lock must be let go at last. */
function sleeping(onSleep: (sleep: number) => void): { readonly value: () => number; readonly calls: unknown[][] } {
  let sleeps = 0;
  const calls: unknown[][] = [];
  const spy = vi.spyOn(Atomics, "wait").mockImplementation((...args: unknown[]) => {
    calls.push(args.slice(1));
    if (sleeps > 50) throw new Error("nobody is let in");
    onSleep(++sleeps);
    return "timed-out";
  });
  return {
    value: () => {
      spy.mockRestore();
      return sleeps;
    },
    calls,
  };
}

test("a free lock is taken at once by whoever comes, and says who has it", () => {
  const words = wordsOf();
  for (const worker of [0, 7, 29]) {
    const { value } = sleeping(() => undefined);
    enter(words, worker, LOOKS);
    expect([words[LOCK], words[WAITERS], value()]).toEqual([worker + 1, 0, 0]);
    leave(words);
    expect(words[LOCK]).toBe(0);
  }
});

test("one that finds it taken is counted as waiting, sleeps until it is free, and has it then", () => {
  const words = wordsOf();
  enter(words, 4, LOOKS);
  const { value, calls } = sleeping((sleep) => {
    expect([words[LOCK], words[WAITERS]]).toEqual([5, 1]);
    if (sleep === 3) leave(words);
  });
  enter(words, 9, LOOKS);
  expect(value()).toBe(3);
  // It sleeps on the lock while that has the holder it saw, and for a millisecond at most.
  expect(calls).toEqual(Array.from({ length: 3 }, () => [LOCK, 5, 1]));
  expect([words[LOCK], words[WAITERS]]).toEqual([10, 0]);
  leave(words);
});

test("it spins for a while before it sleeps", () => {
  const words = wordsOf();
  enter(words, 1, LOOKS);
  const load = vi.spyOn(Atomics, "load");
  const { value } = sleeping(() => leave(words));
  enter(words, 2, LOOKS);
  const loads = load.mock.calls.length;
  load.mockRestore();
  expect(value()).toBe(1);
  expect(loads).toBeGreaterThanOrEqual(200);
  expect(loads).toBeLessThan(210);
});

test("a lock that comes free while it spins is taken without sleeping", () => {
  const words = wordsOf();
  enter(words, 1, LOOKS);
  let loads = 0;
  const load = vi.spyOn(Atomics, "load").mockImplementation(() => {
    if (++loads === 100) words[LOCK] = 0;
    return words[LOCK] as never;
  });
  const { value } = sleeping(() => leave(words));
  enter(words, 2, LOOKS);
  load.mockRestore();
  expect([value(), loads, words[LOCK]]).toEqual([0, 100, 3]);
});

test("leaving wakes one of those that wait, and nobody where nobody does", () => {
  const words = wordsOf();
  const notify = vi.spyOn(Atomics, "notify");
  enter(words, 1, LOOKS);
  leave(words);
  expect(notify).not.toHaveBeenCalled();
  enter(words, 1, LOOKS);
  words[WAITERS] = 1;
  leave(words);
  expect(notify.mock.calls).toEqual([[words, LOCK, 1]]);
  notify.mockRestore();
});

test("it gives up after so many looks, and waits no longer", () => {
  const words = wordsOf();
  expect(enter(words, 4, LOOKS)).toBe(true);
  const { value } = sleeping(() => undefined);
  expect(enter(words, 9, 3)).toBe(false);
  expect(value()).toBe(3);
  expect([words[LOCK], words[WAITERS]]).toEqual([5, 0]);
});

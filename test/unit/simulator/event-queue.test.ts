import { expect, test } from "vitest";
import { EventQueue, QueueFullError } from "../../../simulator/event-queue.ts";
import { deriveStream } from "../../../simulator/random.ts";

function drain(queue: EventQueue): (readonly [number, number])[] {
  const taken: (readonly [number, number])[] = [];
  while (queue.next()) taken.push([queue.time, queue.actor]);
  return taken;
}

test("gives events by time, and those of one time in the order they came", () => {
  const queue = new EventQueue();
  for (const [time, actor] of [
    [5, 1],
    [3, 2],
    [5, 3],
    [1, 4],
    [3, 5],
    [5, 6],
  ] as const)
    queue.push(time, 0, actor);
  expect(drain(queue)).toEqual([
    [1, 4],
    [3, 2],
    [3, 5],
    [5, 1],
    [5, 3],
    [5, 6],
  ]);
});

test("agrees with a stable sort over many equal times, past its first capacity", () => {
  const stream = deriveStream(1, "queue");
  const events = Array.from({ length: 5000 }, (_, i) => [stream.below(40), i] as const);
  const queue = new EventQueue();
  for (const [time, actor] of events) queue.push(time, 0, actor);
  expect(queue.size).toBe(5000);
  expect(drain(queue)).toEqual(events.toSorted((a, b) => a[0] - b[0]));
});

test("keeps the order when events are taken and put in by turns", () => {
  const stream = deriveStream(2, "queue");
  const queue = new EventQueue();
  const waiting: { time: number; order: number }[] = [];
  for (let order = 0; order < 3000; order++) {
    const time = stream.below(100);
    queue.push(time, 0, order);
    waiting.push({ time, order });
    if (order % 3 !== 0) continue;
    waiting.sort((a, b) => a.time - b.time || a.order - b.order);
    queue.next();
    expect(queue.actor).toBe(waiting.shift()?.order);
  }
});

test("hands out all that an event carries", () => {
  const queue = new EventQueue();
  expect(queue.next()).toBe(false);
  expect(queue.nextTime).toBe(Number.POSITIVE_INFINITY);
  queue.push(7, 2, 11, 2 ** 52, 403);
  expect(queue.nextTime).toBe(7);
  queue.next();
  expect([queue.time, queue.kind, queue.actor, queue.first, queue.second]).toEqual([7, 2, 11, 2 ** 52, 403]);
});

test("refuses more events than its limit, and says so", () => {
  const queue = new EventQueue(1024);
  for (let i = 0; i < 1024; i++) queue.push(i, 0, 0);
  expect(() => queue.push(1, 0, 0)).toThrow(QueueFullError);
  queue.next();
  expect(() => queue.push(1, 0, 0)).not.toThrow();
});

test("a line of events grows around its beginning, and hands out all that each carries", () => {
  const queue = new EventQueue();
  let put = 0;
  let taken = 0;
  for (let round = 1; round <= 40; round++) {
    for (let i = 0; i < 3 * round; i++, put++) queue.pushInOrder(put >> 1, put % 5, put, 2 ** 40 + put, put % 600);
    for (let i = 0; i < round; i++, taken++) {
      queue.next();
      expect([queue.time, queue.kind, queue.actor, queue.first, queue.second]).toEqual([
        ...[taken >> 1, taken % 5, taken, 2 ** 40 + taken, taken % 600],
      ]);
    }
  }
  expect(queue.size).toBe(put - taken);
  for (; taken < put; taken++) {
    queue.next();
    expect(queue.actor).toBe(taken);
  }
  expect(queue.next()).toBe(false);
});

test("refuses more events in its line than its limit", () => {
  const queue = new EventQueue(1024);
  for (let i = 0; i < 1024; i++) queue.pushInOrder(i, 0, 0);
  expect(() => queue.pushInOrder(1024, 0, 0)).toThrow(QueueFullError);
  queue.next();
  expect(() => queue.pushInOrder(1024, 0, 0)).not.toThrow();
});

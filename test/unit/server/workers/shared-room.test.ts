import { expect, test } from "vitest";
import { SharedRoom } from "../../../../server/workers/shared-room.ts";

test("is one for all who use it, and each knows its own", () => {
  const words = new Int32Array(new SharedArrayBuffer(12));
  const [a, b] = [new SharedRoom(3, words, 1), new SharedRoom(3, words, 2)];
  a.enter();
  a.enter();
  expect([a.current, b.current, a.hasRoom, b.hasRoom]).toEqual([2, 0, true, true]);
  b.enter();
  expect([a.current, b.current, a.hasRoom, b.hasRoom]).toEqual([2, 1, false, false]);
  a.leave();
  expect([a.current, b.hasRoom]).toEqual([1, true]);
});

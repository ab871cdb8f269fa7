import { expect, test } from "vitest";
import { lives, subWindow } from "../../../../engine/reference/sub-windows.ts";

test("sixteen sub-windows make a window, also where sixteen does not divide it", () => {
  expect([0, 99, 100, 1_599, 1_600].map((time) => subWindow(time, 1_600))).toEqual([0n, 0n, 1n, 15n, 16n]);
  expect([0, 6, 7, 62, 63, 99, 100].map((time) => subWindow(time, 100))).toEqual([0n, 0n, 1n, 9n, 10n, 15n, 16n]);
});

test("an event lives in its own sub-window and the sixteen after it", () => {
  expect([5n, 6n, 21n, 22n].map((now) => lives(5n, now))).toEqual([true, true, true, false]);
});

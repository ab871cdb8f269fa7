import { expect, test } from "vitest";
import { HeldNumber } from "../../../engine/held-number.ts";

test("a number is handed on as it was given, whatever it is", () => {
  const held = new HeldNumber(1_767_225_600_000_001);
  expect(held.value).toBe(1_767_225_600_000_001);
  for (const value of [0, -0, 2 ** 53, 0.5, Infinity, NaN, 7]) {
    held.value = value;
    expect(held.value).toBe(value);
  }
});

test("a text stands beside it, so that the number's own object is kept", () => {
  const { held } = new HeldNumber(7) as unknown as { held: readonly unknown[] };
  expect(held).toEqual([7, ""]);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { accountName } from "../../../simulator/request-body.ts";

test("the name of an account has its number, in eight digits or more", () => {
  fc.assert(
    fc.property(fc.nat(1_000_000_000), (number) => {
      expect(accountName(number)).toBe(`user-${String(number).padStart(8, "0")}`);
    }),
  );
  expect([0, 9_999, 10_000, 99_999_999, 100_000_000].map(accountName)).toEqual([
    "user-00000000",
    "user-00009999",
    "user-00010000",
    "user-99999999",
    "user-100000000",
  ]);
});

/** Delta debugging. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { ddmin } from "../../../../simulator/minimize/ddmin.ts";
import { check } from "../../../helpers/property.ts";

test("finds nothing where the empty list fails", () => {
  expect(ddmin([1, 2, 3], () => true)).toEqual([]);
  expect(ddmin([], () => true)).toEqual([]);
});

test("finds the items of a monotone failure, in their order", () => {
  const subsets = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 20 });
  check(
    fc.property(subsets, fc.integer({ min: 0, max: 60 }), (needed, spare) => {
      const items = Array.from({ length: 61 + spare }, (_, index) => index);
      const fails = (subset: readonly number[]): boolean => needed.every((item) => subset.includes(item));
      expect(ddmin(items, fails)).toEqual([...needed].sort((a, b) => a - b));
    }),
  );
});

test("what it finds fails, and does not without any one of its items, whatever the failure", () => {
  check(
    fc.property(fc.func(fc.boolean()), fc.integer({ min: 1, max: 24 }), (answer, length) => {
      const items = Array.from({ length }, (_, index) => index);
      const fails = (subset: readonly number[]): boolean => subset.length === length || answer([...subset]) === true;
      const found = ddmin(items, fails);
      expect(fails(found)).toBe(true);
      for (const item of found)
        expect(fails(found.filter((each) => each !== item))).toBe(found.length === 1 && fails([]));
    }),
  );
});

test("asks for no more than the quadratic bound of the algorithm", () => {
  let asked = 0;
  const items = Array.from({ length: 64 }, (_, index) => index);
  expect(
    ddmin(items, (subset) => {
      asked++;
      return subset.length === 64;
    }),
  ).toEqual(items);
  expect(asked).toBeLessThan(64 * 4);
});

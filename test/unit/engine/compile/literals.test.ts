import fc from "fast-check";
import { expect, test } from "vitest";
import { FALSE, negate, sortedDistinct, TRUE } from "../../../../engine/compile/literals.ts";
import { check } from "../../../helpers/property.ts";

test("the negation of a literal is its neighbour, and that one's is the literal", () => {
  expect([TRUE, FALSE, negate(TRUE), negate(FALSE)]).toEqual([0, 1, FALSE, TRUE]);
  expect([negate(8), negate(9), negate(negate(8))]).toEqual([9, 8, 8]);
});

test("few literals or many are put in order, each once, and those given stay as they are", () => {
  expect(sortedDistinct([9, 2, 10, 2, 9])).toEqual([2, 9, 10]);
  check(
    fc.property(fc.array(fc.nat(30), { maxLength: 40, size: "max" }), (literals) => {
      const given = [...literals];
      const sorted = sortedDistinct(literals);
      expect(new Set(sorted)).toEqual(new Set(given));
      expect(sorted.every((literal, at) => at === 0 || literal > sorted[at - 1]!)).toBe(true);
      expect(literals).toEqual(given);
    }),
    { runs: 200 },
  );
});

import { expect, test } from "vitest";
import { FALSE, negate, TRUE } from "../../../../engine/compile/literals.ts";

test("the negation of a literal is its neighbour, and that one's is the literal", () => {
  expect([TRUE, FALSE, negate(TRUE), negate(FALSE)]).toEqual([0, 1, FALSE, TRUE]);
  expect([negate(8), negate(9), negate(negate(8))]).toEqual([9, 8, 8]);
});

import { expect, it } from "vitest";
import { validateGrammar } from "../../../../dsl/grammar/grammar.ts";

it("has no ambiguity, left recursion or clash of names that chevrotain can find", () => {
  expect(validateGrammar).not.toThrow();
});

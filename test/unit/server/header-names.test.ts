import fc from "fast-check";
import { expect, it } from "vitest";
import { knownName } from "../../../server/header-names.ts";

it("stands for the same text", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => knownName(name) === name && knownName(name) === name));
});

it("is so however many came before", () => {
  const names = Array.from({ length: 3_000 }, (_, index) => `x-${index}`);
  expect(names.map(knownName)).toEqual(names);
  expect(names.map(knownName)).toEqual(names);
});

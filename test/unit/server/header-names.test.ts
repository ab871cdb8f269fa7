import fc from "fast-check";
import { expect, it } from "vitest";
import { knownName, plainName } from "../../../server/header-names.ts";

it("a known name is the same text as the one asked about", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (name) => knownName(name) === name && knownName(name) === name));
});

it("a known name is so however many came before", () => {
  const names = Array.from({ length: 3_000 }, (_, index) => `x-${index}`);
  expect(names.map(knownName)).toEqual(names);
  expect(names.map(knownName)).toEqual(names);
});

it("a plain name is one for all that servers read alike", () => {
  for (const name of ["x-edge-client", "x_edge_client", "x.edge.client", "x-edge~client", "x!edge_client"]) {
    expect(plainName(name), name).toBe("x-edge-client");
  }
  expect(plainName("accept")).toBe("accept");
});

/** Did you mean. */
import { describe, expect, test } from "vitest";
import { didYouMean, editDistance, nearest } from "../../../../dsl/check/suggest.ts";

describe("the nearest name", () => {
  test.for([
    ["lgoin", "login"],
    ["METHOD", "method"],
    ["client.kin", "client.kind"],
    ["failuers", "failures"],
    ["zzz", null],
    ["", null],
    ["x".repeat(100), null],
  ] as const)("to %s is %s", ([name, meant]) => {
    expect(nearest(name, ["login", "failures", "client.id", "client.kind", "method"])).toBe(meant);
  });

  test("is the one that begins alike for longer, then the first, of several that are equally near", () => {
    expect(nearest("limt", ["list", "limit"])).toBe("limit");
    expect(nearest("limt", ["limit", "list"])).toBe("limit");
    expect(nearest("ab", ["ac", "ad"])).toBe("ac");
    expect(didYouMean("ab", ["zzzzz"], "declare it")).toBe("declare it");
  });
});

describe("edit distance", () => {
  test.for([
    ["", "", 0],
    ["abc", "", 3],
    ["abc", "abc", 0],
    ["abc", "acb", 1],
    ["kitten", "sitting", 3],
    ["ca", "abc", 3],
  ] as const)("of %s and %s is %i", ([a, b, distance]) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});

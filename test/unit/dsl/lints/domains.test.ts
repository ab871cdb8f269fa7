/** What is left of the values of a subject, where several conditions go on from the same ones. */
import { expect, test } from "vitest";
import { ANY, isEmpty, keepOnly, without } from "../../../../dsl/lints/domains.ts";

test("domains that go on from one another know only what they leave out themselves", () => {
  const base = without(without(ANY, ["a"]), ["b"]);
  const one = without(base, ["c"]);
  const other = without(base, ["d"]);
  const left = (domain: typeof ANY): readonly string[] =>
    ["a", "b", "c", "d", "e"].filter((value) => !isEmpty(keepOnly(domain, [value])));
  expect([base, one, other, without(one, ["d", "c"]), ANY].map(left)).toEqual([
    ["c", "d", "e"],
    ["d", "e"],
    ["c", "e"],
    ["e"],
    ["a", "b", "c", "d", "e"],
  ]);
});

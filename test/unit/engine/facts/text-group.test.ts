import { expect, test } from "vitest";
import { LiteralSearch } from "../../../../engine/facts/literal-search.ts";
import { Finding, TextGroup } from "../../../../engine/facts/text-group.ts";

/** A group of tests that look for one text each, and what the test of an index is told. */
function groupOf(texts: readonly string[]): (text: string, index: number) => number {
  const group = new TextGroup(new LiteralSearch(texts, [...texts.keys()], false));
  const indices = Int32Array.from(texts.keys());
  return (text, index) => group.find(text, indices, index, index + 1);
}

const TEXTS = Array.from({ length: 20 }, (_, index) => `t${index}.`);

test("the first tests of a text look for themselves, the others are told, and another text begins anew", () => {
  const find = groupOf(TEXTS);
  for (const text of ["a t3. t9. t19.", "t9.", "a t3. t9. t19.", ""]) {
    const told = TEXTS.map((_, index) => find(text, index));
    expect(told.slice(0, 8)).toEqual(Array(8).fill(Finding.open));
    expect(told.slice(8)).toEqual(TEXTS.slice(8).map((each) => (text.includes(each) ? Finding.some : Finding.none)));
    expect(find(text, 3)).toBe(text.includes("t3.") ? Finding.some : Finding.none);
  }
});

test("a test of several texts is told whether one is there", () => {
  const group = new TextGroup(new LiteralSearch(["a", "b", "c"], [0, 1, 2], false));
  const indices = Int32Array.of(0, 2);
  for (let asked = 0; asked < 8; asked++) group.find("xbx", indices, 0, 2);
  expect(group.find("xbx", indices, 0, 2)).toBe(Finding.none);
  expect(group.find("xbx", Int32Array.of(2, 1), 0, 2)).toBe(Finding.some);
});

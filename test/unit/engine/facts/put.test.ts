/** What readers put into slots is what those who evaluate conditions find there, and nothing beside it changes. */
import { expect, test } from "vitest";
import { ADDRESS_WORDS } from "../../../../engine/facts/address.ts";
import { type Context, WHOLE } from "../../../../engine/facts/context.ts";
import { putAddress, putNumber, putSet, putSpan, putText, putTruth, putWhole } from "../../../../engine/facts/put.ts";
import { contextOf } from "../../../helpers/contexts.ts";
import { attributeOf, makeLimit, makePolicy } from "../../../helpers/policies.ts";

function make(): Context {
  const options = [attributeOf("ip", "ip"), attributeOf("string", "host"), attributeOf("string", "method")];
  const limits = [makeLimit("l", { allow: 1, perMicros: 1, burst: 1 }, { keys: [{ options }] })];
  return contextOf(makePolicy({ limits }));
}

test("numbers and truths are put in their slots, 0 and false included", () => {
  const c = make();
  c.numbers.fill(7);
  expect([putNumber(c, 0, 0), putTruth(c, 1, true), putTruth(c, 2, false)]).toEqual([true, true, true]);
  expect([...c.numbers].slice(0, 4)).toEqual([0, 1, 0, 7]);
});

test("a text is put in its slot, an empty one included", () => {
  const c = make();
  c.texts[1] = "other";
  expect(putText(c, 0, "")).toBe(true);
  expect(c.texts.slice(0, 2)).toEqual(["", "other"]);
});

test("a part of a text is put by its ends, and a whole one can take its place", () => {
  const c = make();
  expect(putSpan(c, 1, "/a/bc", 3, 5)).toBe(true);
  expect([c.texts[1], c.starts[1], c.ends[1]]).toEqual(["/a/bc", 3, 5]);
  putWhole(c, 1, "x");
  expect([c.texts[1], c.ends[1]]).toEqual(["x", WHOLE]);
});

test("a set is put in its slot, an empty one included", () => {
  const c = make();
  expect([putSet(c, 0, []), c.sets[0], putSet(c, 0, ["a"]), c.sets[0]]).toEqual([true, [], true, ["a"]]);
});

test("no value leaves a slot as it was", () => {
  const c = make();
  c.numbers[0] = 7;
  c.texts[0] = "before";
  c.sets[0] = ["before"];
  expect([
    putNumber(c, 0, null),
    putNumber(c, 0, undefined),
    putText(c, 0, null),
    putText(c, 0, undefined),
    putSet(c, 0, null),
  ]).toEqual([false, false, false, false, false]);
  expect([c.numbers[0], c.texts[0], c.sets[0]]).toEqual([7, "before", ["before"]]);
});

test("an address is its slot's words, from anywhere among others", () => {
  const c = make();
  const words = Uint32Array.from({ length: 3 + ADDRESS_WORDS }, (_, index) => 100 + index);
  expect(putAddress(c, 1, words, 2)).toBe(true);
  const expected = Array.from({ length: ADDRESS_WORDS }, (_, index) => 102 + index);
  expect([...c.words].slice(0, 2 * ADDRESS_WORDS + 1)).toEqual([
    ...Array.from({ length: ADDRESS_WORDS }, () => 0),
    ...expected,
    0,
  ]);
});

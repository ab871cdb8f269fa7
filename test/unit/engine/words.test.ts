import fc from "fast-check";
import { expect, test } from "vitest";
import { textWords, valueWords } from "../../../engine/reference/hash.ts";
import { Words } from "../../../engine/words.ts";
import { check } from "../../helpers/property.ts";

function pushed(push: (words: Words) => void): number[] {
  const words = new Words();
  push(words);
  return Array.from(words.data.subarray(0, words.length), (word) => word >>> 0);
}

test("packs text as the reference does, however long", () => {
  check(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), (text) => {
      expect(pushed((words) => words.pushText(text))).toEqual(textWords(text));
    }),
  );
});

test("packs numbers as the reference does, and minus zero as zero", () => {
  for (const value of [0, -0, 1, -1, 0.1, 2 ** 53, -(2 ** 53), 1e300]) {
    expect(pushed((words) => words.pushNumber(value))).toEqual(valueWords("number", value));
  }
});

test("begins anew after it is cleared", () => {
  const words = new Words();
  words.pushText("a long text that fills some words");
  words.clear();
  words.push(5);
  expect([words.length, words.data[0]]).toEqual([1, 5]);
});

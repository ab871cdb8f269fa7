import { expect, test } from "vitest";
import { halfSipHash, textWords, valueWords } from "../../../../engine/reference/hash.ts";

/** Bytes 0, 1, 2 … as little-endian words: the message of the published vectors. */
function countingWords(bytes: number): number[] {
  return Array.from({ length: bytes / 4 }, (_, word) =>
    [0, 1, 2, 3].reduce((sum, byte) => sum + (4 * word + byte) * 256 ** byte, 0),
  );
}

test.each([
  [0, "218d1f59b9b83cc8"],
  [4, "d5e78a175be52ea1"],
  [8, "edfee820bce4858c"],
  [12, "7bc71f9faef5c799"],
  [60, "d6762890bf26e460"],
])("HalfSipHash-2-4 of %i bytes is the published vector", (bytes, expected) => {
  const lanes = halfSipHash(countingWords(bytes), [0x03020100, 0x07060504], { word: 2, end: 4 });
  const hex = lanes.flatMap((lane) =>
    [0, 8, 16, 24].map((shift) => ((lane >>> shift) & 255).toString(16).padStart(2, "0")),
  );
  expect(hex.join("")).toBe(expected);
});

test("texts are packed two units a word and end with their length", () => {
  expect(textWords("")).toEqual([0]);
  expect(textWords("ab")).toEqual([0x620061, 2]);
  expect(textWords("abc")).toEqual([0x620061, 0x63, 3]);
  expect(textWords("\uffff\uffff")).toEqual([0xffffffff, 2]);
});

test("values that are equal have equal words", () => {
  expect(valueWords("int", -0)).toEqual(valueWords("int", 0));
  expect(valueWords("ip", "203.0.113.9")).toEqual([0, 0, 0xffff, 0xcb007109]);
  expect(valueWords("network", "203.0.113.0/24")).toEqual([0, 0, 0xffff, 0xcb007100, 120]);
  expect(valueWords("network", "2001:db8::/32")).toEqual([0x20010db8, 0, 0, 0, 32]);
  expect(valueWords("int", 1)).toEqual([0, 0x3ff00000]);
  expect(valueWords("bool", true)).toEqual([1]);
});

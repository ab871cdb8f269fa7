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

test("holds words, addresses and texts one after another, however many", () => {
  const words = new Words();
  const expected: number[] = [];
  for (let round = 0; round < 40; round++) {
    words.push(round);
    words.pushAddress(Uint32Array.of(9, 1, 2, 0xffff, round), 1);
    words.pushText("ab".repeat(round));
    expected.push(round, 1, 2, 0xffff, round, ...textWords("ab".repeat(round)));
    expect(Array.from(words.data.subarray(0, words.length), (word) => word >>> 0)).toEqual(expected);
  }
});

test.each([1, 2, 63, 64, 65, 127, 128, 129])("grows from word to word, past %d", (count) => {
  const words = new Words();
  for (let word = 0; word < count; word++) words.push(word);
  expect([...words.data.subarray(0, words.length)]).toEqual(Array.from({ length: count }, (_, word) => word));
});

test.each([121, 122, 123, 124, 125, 126, 127, 128, 129, 250, 260])(
  "makes room for a text of %d units and for no more",
  (units) => {
    const text = "x".repeat(units);
    const words = new Words();
    words.pushText(text);
    expect(Array.from(words.data.subarray(0, words.length), (word) => word >>> 0)).toEqual(textWords(text));
    expect(words.data.length).toBe(units <= 125 ? 64 : units <= 253 ? 128 : 256);
  },
);

test.each([124, 125, 252, 253])("makes no room where a text of %d units just fits", (units) => {
  const words = new Words();
  const capacity = units <= 125 ? 64 : 128;
  words.pushText("x".repeat(units));
  expect(words.data.length).toBe(capacity);
  const { data } = words;
  words.clear();
  words.pushText("y".repeat(units));
  expect(words.data).toBe(data);
});

test("the last part of a long text takes no more room than it has units", () => {
  const words = new Words();
  words.pushText("x".repeat(300), 298, 300);
  expect([words.data.length, words.length, words.data[1]]).toEqual([64, 2, 2]);
});

test("makes no room where words and addresses just fit, and writes nothing behind them", () => {
  const words = new Words();
  const { data } = words;
  data.fill(9);
  for (let word = 0; word < 59; word++) words.push(word);
  words.pushAddress(Uint32Array.of(1, 2, 3, 4, 5), 0);
  expect([data[62], data[63], words.length]).toEqual([4, 9, 63]);
  words.push(6);
  expect(words.data).toBe(data);
  words.clear();
  for (let word = 0; word < 60; word++) words.push(word);
  words.pushAddress(Uint32Array.of(1, 2, 3, 4), 0);
  expect(words.data).toBe(data);
});

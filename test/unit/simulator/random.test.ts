import { expect, test } from "vitest";
import { deriveStream, deriveWords, RandomStream } from "../../../simulator/random.ts";

test("is sfc32: the numbers of a straight transcription of PractRand's", () => {
  let [a, b, c, counter] = [1n, 2n, 3n, 4n];
  const mask = 0xffff_ffffn;
  const expected: number[] = [];
  for (let i = 0; i < 12 + 200; i++) {
    const sum = (a + b + counter) & mask;
    counter = (counter + 1n) & mask;
    a = b ^ (b >> 9n);
    b = (c + (c << 3n)) & mask;
    c = ((((c << 21n) | (c >> 11n)) & mask) + sum) & mask;
    if (i >= 12) expected.push(Number(sum));
  }
  const stream = new RandomStream([1, 2, 3, 4]);
  expect(Array.from({ length: 200 }, () => stream.uint32())).toEqual(expected);
});

test("derives the same stream from the same names, and another from any other", () => {
  const words = [
    [1, "a", "b"],
    [2, "a", "b"],
    [1, "b", "a"],
    [1, "ab"],
    [1, "a", "b", ""],
    [1, 'a","b'],
  ].map(([seed, ...names]) => deriveWords(Number(seed), ...names.map(String)).join());
  expect(new Set(words).size).toBe(words.length);
  expect(deriveWords(1, "a", "b")).toEqual(deriveWords(1, "a", "b"));
});

test("spreads evenly: no sixteenth of the unit interval is off by more than five standard deviations", () => {
  const stream = deriveStream(3, "even");
  const bins = new Array<number>(16).fill(0);
  for (let i = 0; i < 160_000; i++) bins[Math.floor(stream.unit() * 16)]!++;
  const deviation = Math.sqrt(160_000 * (1 / 16) * (15 / 16));
  for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(5 * deviation);
});

test("draws integers below a bound", () => {
  const stream = deriveStream(4, "below");
  const drawn = new Set(Array.from({ length: 1000 }, () => stream.below(7)));
  expect([...drawn].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

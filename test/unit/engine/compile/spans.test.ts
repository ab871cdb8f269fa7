import fc from "fast-check";
import { expect, test } from "vitest";
import { intersectSpans, invertSpans, type Spans, uniteSpans } from "../../../../engine/compile/spans.ts";
import { check } from "../../../helpers/property.ts";

const SIZE = 12;
const intervals = fc.array(fc.tuple(fc.nat(SIZE - 1), fc.nat(SIZE - 1)), { maxLength: 6 });

function numbersOf(spans: Spans): readonly number[] {
  const numbers: number[] = [];
  for (let at = 0; at < spans.length; at += 2)
    for (let each = spans[at]!; each <= spans[at + 1]!; each++) numbers.push(each);
  return numbers;
}

const ALL = Array.from({ length: SIZE }, (_, number) => number);

test("spans are the sets of numbers that they stand for, in ascending intervals that do not meet", () => {
  check(
    fc.property(intervals, intervals, (a, b) => {
      const within = (from: typeof a, number: number): boolean =>
        from.some(([first, last]) => number >= first && number <= last);
      const [left, right] = [uniteSpans(a), uniteSpans(b)];
      expect(numbersOf(left)).toEqual(ALL.filter((number) => within(a, number)));
      expect(numbersOf(invertSpans(left, SIZE))).toEqual(ALL.filter((number) => !within(a, number)));
      expect(numbersOf(intersectSpans(left, right))).toEqual(
        ALL.filter((number) => within(a, number) && within(b, number)),
      );
      for (const each of [left, invertSpans(left, SIZE)]) {
        for (let at = 2; at < each.length; at += 2) expect(each[at]!).toBeGreaterThan(each[at - 1]! + 1);
      }
    }),
    { runs: 1_000 },
  );
});

test("no interval is empty, at the ends either", () => {
  expect([invertSpans([0, 3], 10), invertSpans([4, 9], 10), invertSpans([0, 9], 10), invertSpans([], 3)]).toEqual([
    [4, 9],
    [0, 3],
    [],
    [0, 2],
  ]);
  expect([invertSpans([2, 3, 5, 5], 7), invertSpans([], 0)]).toEqual([[0, 1, 4, 4, 6, 6], []]);
});

test("what is in both is as many intervals as meet, those of one number too", () => {
  expect(intersectSpans([0, 4, 6, 9], [4, 6, 8, 20])).toEqual([4, 4, 6, 6, 8, 9]);
  expect(intersectSpans([0, 4], [5, 9])).toEqual([]);
  expect(intersectSpans([0, 4, 5, 9], [])).toEqual([]);
});

test("intervals that follow each other become one", () => {
  expect(
    uniteSpans([
      [3, 4],
      [0, 2],
      [6, 6],
      [9, 8],
    ]),
  ).toEqual([0, 4, 6, 6]);
  expect(
    uniteSpans([
      [1, 9],
      [2, 3],
      [1, 4],
    ]),
  ).toEqual([1, 9]);
});

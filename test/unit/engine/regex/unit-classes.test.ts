/** Classes of code units in two steps are what the runs say, and take little room. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { classesOfUnits, UnitClasses } from "../../../../engine/regex/unit-classes.ts";
import { check } from "../../../helpers/property.ts";

const border = fc.oneof(
  fc.constantFrom(1, 48, 255, 256, 257, 511, 512, 513, 0xff00, 0xfffe, 0xffff),
  fc.integer({ min: 1, max: 0xffff }),
);

/** Units around which something may be wrong. */
function around(starts: readonly number[]): readonly number[] {
  const edges = [...starts, 0, 255, 256, 0xffff].flatMap((start) => [
    start - 257,
    start - 256,
    start - 1,
    start,
    start + 1,
    start + 256,
  ]);
  return [...new Set(edges)].filter((unit) => unit >= 0 && unit <= 0xffff);
}

test("a unit is of the class of the last run that begins at or before it", () => {
  check(
    fc.property(
      fc.uniqueArray(border, { maxLength: 8 }),
      fc.array(fc.nat(5), { minLength: 9, maxLength: 9 }),
      (borders, given) => {
        const starts = [0, ...borders.toSorted((a, b) => a - b)];
        const classes = given.slice(0, starts.length);
        const table = new UnitClasses(starts, classes, 6);
        for (const unit of around(starts)) {
          const run = starts.findLastIndex((start) => start <= unit);
          const { pages, cells } = table;
          expect([unit, table.of(unit)]).toEqual([unit, classes[run]]);
          expect(cells[(pages[unit >> 8] as number) + (unit & 255)]).toBe(classes[run]);
        }
        expect(table.count).toBe(6);
        expect(table.pages[0]).toBe(0);
      },
    ),
    { runs: 300 },
  );
});

test("pages of one class are one, and others have their own", () => {
  const pagesOf = (starts: readonly number[], classes: readonly number[]): number =>
    new UnitClasses(starts, classes, 9).cells.length / 256;
  expect(pagesOf([0], [0])).toBe(1);
  expect(pagesOf([0, 256], [0, 1])).toBe(2);
  expect(pagesOf([0, 256, 512], [0, 1, 0])).toBe(2);
  expect(pagesOf([0, 256, 512], [0, 1, 2])).toBe(3);
  expect(pagesOf([0, 255], [0, 1])).toBe(2);
  expect(pagesOf([0, 257], [0, 1])).toBe(3);
  expect(pagesOf([0, 10, 20, 300, 310], [0, 1, 0, 1, 0])).toBe(3);
  expect(pagesOf([0, 0xffff], [0, 1])).toBe(2);
});

test("listed units are of classes of their own, in their order, and all others of class 0", () => {
  const classes = classesOfUnits([[97, 65], [0xffff], [0], [98]]);
  expect([97, 65, 0xffff, 0, 98].map((unit) => classes.of(unit))).toEqual([1, 1, 2, 3, 4]);
  expect([1, 64, 66, 96, 99, 0xfffe, 0x6161].map((unit) => classes.of(unit))).toEqual([0, 0, 0, 0, 0, 0, 0]);
  expect([classes.count, classesOfUnits([]).count, classesOfUnits([]).of(97)]).toEqual([5, 1, 0]);
});

import { expect, test } from "vitest";
import { foldUnit, unfoldUnit } from "../../../../engine/regex/case-fold.ts";

/** Every unit but those of surrogate pairs. */
const UNITS = Array.from({ length: 0x10000 }, (_, unit) => unit).filter((unit) => unit < 0xd800 || unit > 0xdfff);
const ALL = String.fromCharCode(...UNITS.slice(0, 0x8000)) + String.fromCharCode(...UNITS.slice(0x8000));
const LETTERS = "abcdefghijklmnopqrstuvwxyz";

test.each(LETTERS.split(""))("the cases of %s are what Unicode folds to it", (letter) => {
  const unit = letter.charCodeAt(0);
  const alike = [...ALL.matchAll(new RegExp(letter, "giu"))].map(([match]) => match.charCodeAt(0));
  expect(new Set(unfoldUnit(unit))).toEqual(new Set(alike));
  expect([unfoldUnit(unit)[0], ...alike.map(foldUnit)]).toEqual([unit, ...alike.map(() => unit)]);
});

test("every other unit stands for itself alone", () => {
  const cases = new Set(LETTERS.split("").flatMap((letter) => unfoldUnit(letter.charCodeAt(0))));
  const others = UNITS.filter((unit) => !cases.has(unit));
  expect(others.filter((unit) => foldUnit(unit) !== unit)).toEqual([]);
  const unfolded = [64, 91, 96, 123, 65, 90, 0, 0x212a, 0x17f, 0xffff];
  expect(unfolded.map((unit) => unfoldUnit(unit))).toEqual(unfolded.map((unit) => [unit]));
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { compileGlob, fitsGlob } from "../../../../engine/regex/glob.ts";
import { check } from "../../../helpers/property.ts";

test.each([
  ["", "", true],
  ["", "a", false],
  ["*", "", true],
  ["a*", "a", true],
  ["a*a", "a", false],
  ["a*a", "aa", true],
  ["db-*-7", "db-eu-77", false],
  ["db-*-7", "db-eu-7", true],
  ["*ab*ab*", "abab", true],
  ["*ab*ab*", "aab", false],
  ["*ab*b", "ab", false],
  ["a.c", "abc", false],
])("%s on %s: %s", (glob, text, fits) => {
  expect(fitsGlob(compileGlob(glob), text)).toBe(fits);
});

test("fits as a regular expression with .* does", () => {
  const glob = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
  check(
    fc.property(glob, fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 8 }), (each, text) => {
      const regex = new RegExp(`^${each.replaceAll("*", ".*")}$`);
      expect(fitsGlob(compileGlob(each), text)).toBe(regex.test(text));
    }),
    { runs: 2_000 },
  );
});

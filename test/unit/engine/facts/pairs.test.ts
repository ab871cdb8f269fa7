import fc from "fast-check";
import { expect, test } from "vitest";
import { cookieValue, countPairs, queryValue } from "../../../../engine/facts/pairs.ts";
import { decodeEscapes } from "../../../../engine/facts/percent.ts";
import { check } from "../../../helpers/property.ts";

test.each([
  ["a=1&b=2", "b", "2"],
  ["a=1&a=2", "a", "1"],
  ["a", "a", ""],
  ["a=", "a", ""],
  ["a=1=2", "a", "1=2"],
  ["b=2", "a", null],
  ["ab=1", "a", null],
  ["a=b+c", "a", "b+c"],
  ["a=%2541", "a", "%41"],
  ["%61=1", "a", "1"],
  ["a%62=1", "a%62", null],
  ["a=%c3%a9", "a", "é"],
  ["a=%ff%41", "a", "%ff%41"],
  ["a=%4", "a", "%4"],
  ["&&a=1", "a", "1"],
  ["=1", "", "1"],
])("of ?%s, %s is %s", (query, name, value) => {
  expect(queryValue(`/path?${query}`, 6, name)).toBe(value);
});

test("pairs are counted, empty ones are not", () => {
  const target = "/p?a=1&&b&=&";
  expect(countPairs(target, 3)).toBe(3);
  expect(countPairs("/p", 3)).toBe(0);
});

test.each([
  ["sid=abc; b=2", "sid", "abc"],
  ["b=2;sid=abc", "sid", "abc"],
  ["  sid=abc  ;x", "sid", "abc"],
  ["sid", "sid", ""],
  ["sid=a%20b", "sid", "a b"],
  ["xsid=1", "sid", null],
  ["sid=1; sid=2", "sid", "1"],
  ["", "sid", null],
])("of cookie %s, %s is %s", (header, name, value) => {
  expect(cookieValue(header, name)).toBe(value);
});

/** The first value of a name, by splitting. */
function splitValue(pairs: readonly string[], name: string): string | null {
  for (const pair of pairs) {
    const [key = "", ...rest] = pair.split("=");
    if (pair !== "" && decodeEscapes(key).text === name) return decodeEscapes(rest.join("=")).text;
  }
  return null;
}

test("queries and cookies are read as by splitting them", () => {
  const piece = fc.constantFrom(
    "a",
    "b",
    "ab",
    "=",
    "&",
    ";",
    "%61",
    "%62",
    "%",
    "%6",
    " ",
    "\t",
    "\r",
    "\b",
    "\u000e",
    "\u00a0",
    "\ufeff",
    "!",
  );
  const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));
  const blanks = /^[\t-\r \u00a0\ufeff]+|[\t-\r \u00a0\ufeff]+$/g;
  check(
    fc.property(text, fc.constantFrom("a", "b", "ab", "", "%61", "a b"), (list, name) => {
      const query = list.split("&");
      expect(queryValue(`?=&${list}`, 3, name)).toBe(splitValue(query, name));
      expect(countPairs(`&&${list}`, 2)).toBe(query.filter((pair) => pair !== "").length);
      const cookies = list.split(";").map((pair) => pair.replace(blanks, ""));
      expect(cookieValue(list, name)).toBe(splitValue(cookies, name));
    }),
    { runs: 5_000 },
  );
});

import { expect, test } from "vitest";
import { cookieValue, countPairs, queryValue } from "../../../../engine/facts/pairs.ts";

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

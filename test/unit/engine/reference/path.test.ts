import { expect, test } from "vitest";
import { canonicalPath, cookiePairs, queryPairs, splitTarget } from "../../../../engine/reference/path.ts";

test.each([
  ["/v1/%6frders/%37", "/v1/orders/7"],
  ["/v1/x/%2E%2e/orders/7", "/v1/orders/7"],
  ["/v1//orders///7", "/v1/orders/7"],
  ["/../../etc/passwd", "/etc/passwd"],
  ["/a/..", "/"],
  ["/a/b/.", "/a/b/"],
  ["/a//../b", "/a/b"],
  ["/a%3ab", "/a%3Ab"],
  ["/v1/%C3%A9", "/v1/%C3%A9"],
  ["", "/"],
  ["*", "/*"],
])("%s is canonically %s", (raw, path) => {
  expect(canonicalPath(raw)).toEqual({ path, ambiguous: false });
});

test.each([
  ["encoded slash", "/a%2fb"],
  ["encoded backslash", "/a%5Cb"],
  ["raw backslash", "/a\\b"],
  ["encoded NUL", "/a%00"],
  ["bytes that are no UTF-8", "/%ff"],
  ["a sequence cut short", "/%c3("],
  ["an overlong slash", "/%c0%af"],
  ["an encoded surrogate", "/%ed%a0%80"],
  ["half a surrogate pair", "/\ud800"],
  ["a slash encoded twice", "/a%252Fb"],
  ["bad UTF-8 encoded twice", "/a%25ff"],
  ["three encodings", "/a%252541"],
  ["a lone percent sign", "/100%"],
])("%s is ambiguous", (_, raw) => {
  expect(canonicalPath(raw).ambiguous).toBe(true);
});

test.each(["/100%25", "/a%20b", "/a%2525", "/a%2541"])("%s is not ambiguous", (raw) => {
  expect(canonicalPath(raw).ambiguous).toBe(false);
});

test("pairs keep their order, decode once and keep plus signs", () => {
  expect(queryPairs(splitTarget("/p?a=%2541&b&&=c&a=x+y?").query)).toEqual([
    ["a", "%41"],
    ["b", ""],
    ["", "c"],
    ["a", "x+y?"],
  ]);
  expect(queryPairs(splitTarget("/p").query)).toEqual([]);
  expect(cookiePairs("theme=dark;  sid=a%7Cb ; flag")).toEqual([
    ["theme", "dark"],
    ["sid", "a|b"],
    ["flag", ""],
  ]);
});

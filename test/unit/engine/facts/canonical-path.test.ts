import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalPath, scanPath } from "../../../../engine/facts/canonical-path.ts";
import { check } from "../../../helpers/property.ts";

describe("the canonical path", () => {
  test.each([
    ["/v1/orders/7", "/v1/orders/7"],
    ["", "/"],
    ["*", "/*"],
    ["orders", "/orders"],
    ["/%7Euser/%41", "/~user/A"],
    ["/a%3ab", "/a%3Ab"],
    ["/a%20b", "/a%20b"],
    ["/%c3%a9", "/%C3%A9"],
    ["/é", "/%C3%A9"],
    ["/a/😀b/../é", "/a/%C3%A9"],
    ["/Case", "/Case"],
    ["/a/./b", "/a/b"],
    ["/a/../b", "/b"],
    ["/a/.", "/a/"],
    ["/a/..", "/"],
    ["/..", "/"],
    ["/../../a", "/a"],
    ["/a/%2e%2E/b", "/b"],
    ["/...", "/..."],
    ["//a///b/", "/a/b/"],
    ["/a//../b", "/a/b"],
    ["/a/.b", "/a/.b"],
    ["/100%25", "/100%25"],
    ["/%2541", "/%2541"],
    ["/a;x/b", "/a;x/b"],
    ["/a..;x/b", "/a..;x/b"],
    ["/...;x", "/...;x"],
    ["/.a;x", "/.a;x"],
  ])("of %s is %s", (raw, path) => {
    expect(canonicalPath(raw)).toEqual({ path, ambiguous: false });
  });
});

test("unreserved characters alone are decoded, every one of them", () => {
  for (let code = 1; code < 128; code++) {
    const escape = `%${code.toString(16).toUpperCase().padStart(2, "0")}`;
    const character = String.fromCharCode(code);
    const expected = /[A-Za-z0-9._~-]/.test(character) ? character : escape;
    expect(canonicalPath(`/x${escape}y`).path, escape).toBe(`/x${expected}y`);
  }
});

describe("a path is ambiguous", () => {
  test.each([
    ["an encoded slash", "/a%2fb"],
    ["an encoded backslash", "/a%5Cb"],
    ["a raw backslash", "/a\\b"],
    ["an encoded NUL", "/a%00"],
    ["a raw NUL", "/a\0"],
    ["a lone percent", "/a%"],
    ["half an escape", "/a%2"],
    ["bytes that are no UTF-8", "/%ff"],
    ["an unfinished sequence", "/%c3("],
    ["an overlong form", "/%c0%af"],
    ["an encoded surrogate", "/%ed%a0%80"],
    ["a raw surrogate", "/\ud800"],
    ["a doubly encoded slash", "/a%252Fb"],
    ["a slash doubly encoded piece by piece", "/a%25%32%46b"],
    ["doubly encoded bytes that are no UTF-8", "/a%25ff"],
    ["a triple encoding", "/%252541"],
    ["a dot segment that has a parameter", "/a/..;/b"],
    ["one at the end", "/a/.;x=1"],
    ["one that is encoded", "/a/%2e%2e;/b"],
    ["one whose parameter is encoded", "/a/..%3bx/b"],
    ["one that is doubly encoded", "/a/%252e%252e%253b/b"],
  ])("with %s", (_, raw) => {
    expect(canonicalPath(raw).ambiguous).toBe(true);
  });
});

test("what is canonical stays as it is", () => {
  const piece = fc.constantFrom("/", "a", ".", "..", "%2e", "%41", "%C3%A9", "%3a", "%25", "~", "é", "//");
  check(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const { path } = canonicalPath(pieces.join(""));
      expect(canonicalPath(path).path).toBe(path);
    }),
  );
});

test("a target is scanned for where its path ends and whether that is canonical", () => {
  expect(scanPath("/a/b")).toBe(4);
  expect(scanPath("/a/b?c=//")).toBe(4);
  expect(scanPath("/a//b?c")).toBe(-1 - 5);
  expect(scanPath("/%41")).toBe(-1 - 4);
  expect(scanPath("/.env")).toBe(5);
  expect(scanPath("/a/..b/.c")).toBe(9);
  for (const dots of ["/.", "/..", "/./", "/../a", "/a/.?q", "/a/..?q", "/a/..;b", "/.;"])
    expect(scanPath(dots)).toBeLessThan(0);
  expect(scanPath("/\u007f")).toBe(2);
  expect(scanPath("/\u0080")).toBe(-1 - 2);
  expect(scanPath("?x")).toBe(-1);
});

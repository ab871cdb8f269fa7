/** Requests with one thing changed, and nothing else. */
import { describe, expect, test } from "vitest";
import {
  claimOf,
  cookieOf,
  memberAt,
  queryOf,
  withRawQuery,
  withCookie,
  withHeader,
  withMemberAt,
  withPath,
  withQuery,
  withQueryCount,
  withSegment,
} from "../../../../../engine/explain/change/edits.ts";
import { makeRequest, type Request } from "../../../../../engine/index.ts";

const at = (path: string): Request => makeRequest({ path, ip: "192.0.2.1" });
const cookies = (cookie: string): Request => makeRequest({ headers: { cookie, "x-a": "1" } });

describe("a path", () => {
  test("is replaced, and the query stays", () => {
    expect(withPath(at("/a?b=1&c"), "/x")).toEqual(at("/x?b=1&c"));
    expect(withPath(at("/a"), "/x")).toEqual(at("/x"));
    expect(withPath(at("/a?"), "/x")).toEqual(at("/x?"));
  });

  test("has another segment, escaped where it must be", () => {
    expect(withSegment(at("/v1/orders/7?b=1"), 2, "8")).toEqual(at("/v1/orders/8?b=1"));
    expect(withSegment(at("/v1/./orders/7"), 0, "a/b c")).toEqual(at("/a%2Fb%20c/orders/7"));
    expect(withSegment(at("/v1/orders"), 5, "x")).toEqual(at("/v1/orders"));
    expect(withSegment(at("/v1"), 0, "\ud800")).toEqual(at("/%EF%BF%BD"));
  });
});

describe("a query", () => {
  test("is read in pairs", () => {
    expect(queryOf(at("/a?b=1&b=2&c&d=%41"))).toEqual([
      ["b", "1"],
      ["b", "2"],
      ["c", ""],
      ["d", "A"],
    ]);
    expect(queryOf(at("/a"))).toEqual([]);
  });

  test("is another one as a whole, or none", () => {
    expect(withRawQuery(at("/a?b=1"), "%zz&c?")).toEqual(at("/a?%zz&c?"));
    expect(withRawQuery(at("/a"), "c")).toEqual(at("/a?c"));
    expect(withRawQuery(at("/a?b=1"), "")).toEqual(at("/a"));
  });

  test("has another value of a name, the first of several", () => {
    expect(withQuery(at("/a?b=1&c=2"), "b", "9")).toEqual(at("/a?b=9&c=2"));
    expect(withQuery(at("/a?c=1&b=2&b=3"), "b", "9")).toEqual(at("/a?c=1&b=9&b=3"));
    expect(withQuery(at("/a?c=1"), "b", "9")).toEqual(at("/a?c=1&b=9"));
    expect(withQuery(at("/a"), "b&", "9=")).toEqual(at("/a?b%26=9%3D"));
    expect(withQuery(at("/a?c=\udc00"), "b", "\ud800")).toEqual(at("/a?c=%EF%BF%BD&b=%EF%BF%BD"));
  });

  test("loses a name", () => {
    expect(withQuery(at("/a?b=1&c=2"), "b", null)).toEqual(at("/a?c=2"));
    expect(withQuery(at("/a?b=1"), "b", null)).toEqual(at("/a"));
    expect(withQuery(at("/a?c=1"), "b", null)).toEqual(at("/a?c=1"));
  });

  test("has so many pairs", () => {
    expect(withQueryCount(at("/a?b=1&c=2&d=3"), 2)).toEqual(at("/a?b=1&c=2"));
    expect(withQueryCount(at("/a?b=1"), 3)).toEqual(at("/a?b=1&x0=1&x1=1"));
    expect(withQueryCount(at("/a?b=1"), 0)).toEqual(at("/a"));
    expect(withQueryCount(at("/a?b=1"), 1)).toEqual(at("/a?b=1"));
  });
});

test("a header gets another value, or goes", () => {
  expect(withHeader(makeRequest({ headers: { a: "1", b: "2" } }), "a", "9").headers).toEqual({ a: "9", b: "2" });
  expect(withHeader(makeRequest({ headers: { a: "1", b: "2" } }), "a", null).headers).toEqual({ b: "2" });
  expect(withHeader(makeRequest({ headers: {} }), "a", "1").headers).toEqual({ a: "1" });
});

test("a cookie gets another value, or goes; without any the header goes too", () => {
  expect(cookieOf(cookies("a=1; b=%41; b=2"), "b")).toBe("A");
  expect([cookieOf(cookies("a=1"), "b"), cookieOf(makeRequest({}), "a")]).toEqual([null, null]);
  expect(withCookie(cookies("a=1; b=2"), "a", "x y").headers).toEqual({ cookie: "a=x%20y; b=2", "x-a": "1" });
  expect(withCookie(cookies("a=1; b=2"), "a", null).headers).toEqual({ cookie: "b=2", "x-a": "1" });
  expect(withCookie(cookies("a=1"), "a", null).headers).toEqual({ "x-a": "1" });
  expect(withCookie(makeRequest({}), "a", "1").headers).toEqual({ cookie: "a=1" });
});

test("a claim states a time in seconds, and all else as it is", () => {
  expect([claimOf("time", 1_500_000), claimOf("time", "2026-01-01"), claimOf("time", null)]).toEqual([
    1.5,
    "2026-01-01",
    null,
  ]);
  expect([claimOf("int", 1_500_000), claimOf("string", "a")]).toEqual([1_500_000, "a"]);
});

describe("a member", () => {
  test("is found along a path", () => {
    expect(memberAt({ a: { b: 5 } }, ["a", "b"])).toBe(5);
    expect(memberAt({ a: 1 }, [])).toEqual({ a: 1 });
    for (const value of [{}, { a: 1 }, { a: [1] }, { a: null }, null, [], "text", undefined])
      expect(memberAt(value, ["a", "length"])).toBeUndefined();
    expect(memberAt({}, ["toString"])).toBeUndefined();
  });

  test("is changed in a copy, with what is missing on the way", () => {
    const body = { a: { b: 5, c: 6 }, d: 7 };
    expect(withMemberAt(body, ["a", "b"], 9)).toEqual({ a: { b: 9, c: 6 }, d: 7 });
    expect(body).toEqual({ a: { b: 5, c: 6 }, d: 7 });
    expect(withMemberAt(undefined, ["a", "b"], 9)).toEqual({ a: { b: 9 } });
    expect(withMemberAt({ a: [1] }, ["a", "b"], 9)).toEqual({ a: { b: 9 } });
    expect(withMemberAt(null, ["toString", "b"], 9)).toEqual({ toString: { b: 9 } });
    expect(withMemberAt(body, [], 9)).toBe(9);
  });

  test("is taken out for null, and what holds it stays", () => {
    expect(withMemberAt({ a: { b: 5, c: 6 } }, ["a", "b"], null)).toEqual({ a: { c: 6 } });
    expect(withMemberAt({ a: 1 }, ["a"], null)).toEqual({});
    expect(withMemberAt({}, ["a", "b"], null)).toEqual({ a: {} });
  });
});

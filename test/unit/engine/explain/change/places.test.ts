/** Where attributes stand in a request: what is there, what it can be, and that a change of one leaves all else as it was. */
import { describe, expect, test } from "vitest";
import { asValue, type Place, placeOf } from "../../../../../engine/explain/change/places.ts";
import type { AttributeValue } from "../../../../../engine/explain/change/values.ts";
import type { AttributeName, BodyField, Expr, Policy, Request, ScalarType } from "../../../../../engine/index.ts";
import { makeRequest } from "../../../../../engine/request.ts";
import { readFacts } from "../../../../../engine/reference/facts.ts";
import { policyOf } from "../../../../helpers/compiled.ts";
import { attributeOf, makePolicy } from "../../../../helpers/policies.ts";

type Attribute = Extract<Expr, { kind: "attribute" }>;

const ANY = [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
const NATURAL = [0, Number.MAX_SAFE_INTEGER];
const POLICY = policyOf('route a = POST "/a" { body { n: int  deep: string from "x.y" } }');

function place(
  request: Partial<Request>,
  type: ScalarType,
  name: AttributeName,
  argument?: string,
  policy: Policy = POLICY,
): Place | null {
  const args = argument === undefined ? [] : [argument];
  return placeOf(attributeOf(type, name, ...args) as Attribute, policy, readFacts(policy, makeRequest(request), 0));
}

/** What a place is besides its change. */
function told(found: Place | null): unknown {
  if (found === null) return null;
  const { attribute, type, current, optional, range } = found;
  return [attribute, type, current, optional, range];
}

/** What of the request is another once a place has a value; the request itself stays as it was. */
function changed(request: Partial<Request>, found: Place | null, value: AttributeValue): Partial<Request> {
  const before = makeRequest(request);
  const kept = structuredClone(before);
  const after = found?.change(value) ?? before;
  expect(before).toEqual(kept);
  return Object.fromEntries(
    Object.entries(after).filter(
      ([name, each]) => JSON.stringify(each) !== JSON.stringify(before[name as keyof Request]),
    ),
  );
}

describe("texts", () => {
  test.each<[string, Partial<Request>, AttributeName, string | undefined, readonly unknown[], Partial<Request>]>([
    [
      "of the query",
      { path: "/a?q=1&r=2" },
      "query",
      "q",
      ['query["q"]', "string", "1", true, ANY],
      { path: "/a?q=v&r=2" },
    ],
    [
      "of the query as a whole",
      { path: "/a?q=1" },
      "query.raw",
      undefined,
      ["query.raw", "string", "q=1", false, ANY],
      { path: "/a?v" },
    ],
    [
      "of the query, where the whole target is read",
      { path: "/a" },
      "path.with_query",
      undefined,
      ["query.raw", "string", "", false, ANY],
      { path: "/a?v" },
    ],
    [
      "of the query, missing",
      { path: "/a?r=2" },
      "query",
      "q",
      ['query["q"]', "string", null, false, ANY],
      { path: "/a?r=2&q=v" },
    ],
    [
      "of a header",
      { headers: { "x-a": "1" } },
      "header",
      "x-a",
      ['header["x-a"]', "string", "1", true, ANY],
      { headers: { "x-a": "v" } },
    ],
    [
      "of a header, missing",
      { headers: { "x-b": "1" } },
      "header",
      "x-a",
      ['header["x-a"]', "string", null, false, ANY],
      { headers: { "x-b": "1", "x-a": "v" } },
    ],
    [
      "of a cookie",
      { headers: { cookie: "c=1" } },
      "cookie",
      "c",
      ['cookie["c"]', "string", "1", true, ANY],
      { headers: { cookie: "c=v" } },
    ],
    ["of the host, always there", { host: "h" }, "host", undefined, ["host", "string", "h", false, ANY], { host: "v" }],
    [
      "of the country",
      { country: "IT" },
      "ip.country",
      undefined,
      ["ip.country", "string", "IT", true, ANY],
      { country: "v" },
    ],
    [
      "of the country, missing",
      {},
      "ip.country",
      undefined,
      ["ip.country", "string", null, false, ANY],
      { country: "v" },
    ],
    ["of TLS", { ja4: "t" }, "tls.ja4", undefined, ["tls.ja4", "string", "t", true, ANY], { ja4: "v" }],
  ])("%s", (_, request, name, argument, expected, after) => {
    const found = place(request, "string", name, argument);
    expect(told(found)).toEqual(expected);
    expect(changed(request, found, "v")).toEqual(after);
  });

  test("that can be missing are taken away", () => {
    expect(changed({ path: "/a?q=1&r=2" }, place({ path: "/a?q=1&r=2" }, "string", "query", "q"), null)).toEqual({
      path: "/a?r=2",
    });
    expect(changed({ country: "IT" }, place({ country: "IT" }, "string", "ip.country"), null)).toEqual({
      country: null,
    });
  });

  test("are written as such, whatever they are set to", () => {
    expect(changed({}, place({}, "string", "tls.ja4"), 7)).toEqual({ ja4: "7" });
    expect(changed({}, place({}, "string", "host"), null)).toEqual({ host: "null" });
  });
});

describe("numbers", () => {
  test("of the query's pairs, up to a thousand", () => {
    const found = place({ path: "/a?x=1&y=2" }, "int", "query.count");
    expect(told(found)).toEqual(["query.count", "int", 2, false, [0, 1_000]]);
    const after = changed({ path: "/a?x=1&y=2" }, found, 4).path ?? "";
    expect(readFacts(POLICY, makeRequest({ path: after }), 0).query).toHaveLength(4);
  });

  test("of the body's size, never below zero", () => {
    const found = place({ size: 9 }, "size", "body.size");
    expect([told(found), changed({ size: 9 }, found, 7)]).toEqual([
      ["body.size", "size", 9, false, NATURAL],
      { size: 7 },
    ]);
  });

  test("of the network's operator, which may be unknown", () => {
    const [known, unknown] = [place({ asn: 5 }, "int", "ip.asn"), place({}, "int", "ip.asn")];
    expect([told(known), told(unknown)]).toEqual([
      ["ip.asn", "int", 5, true, NATURAL],
      ["ip.asn", "int", null, false, NATURAL],
    ]);
    expect([changed({ asn: 5 }, known, 6), changed({ asn: 5 }, known, null)]).toEqual([{ asn: 6 }, { asn: null }]);
  });
});

test("an address is changed as one, also where its network is read", () => {
  for (const name of ["ip", "ip.network"] as const) {
    const found = place({ ip: "10.0.0.1" }, "ip", name);
    expect(told(found)).toEqual(["ip", "ip", "10.0.0.1", false, ANY]);
    expect(changed({ ip: "10.0.0.1" }, found, "10.0.0.2")).toEqual({ ip: "10.0.0.2" });
  }
});

describe("fields of the body", () => {
  const request: Partial<Request> = { method: "POST", path: "/a", body: { n: 3, x: { y: "t", z: 1 } } };

  test("are where the route says", () => {
    expect(told(place(request, "int", "body", "n"))).toEqual(["n", "int", 3, true, ANY]);
    expect(told(place(request, "string", "body", "deep"))).toEqual(["deep", "string", "t", true, ANY]);
    expect(told(place({ ...request, body: {} }, "int", "body", "n"))).toEqual(["n", "int", null, false, ANY]);
    const deep = place(request, "string", "body", "deep");
    expect([changed(request, deep, "v"), changed(request, deep, null)]).toEqual([
      { body: { n: 3, x: { y: "v", z: 1 } } },
      { body: { n: 3, x: { z: 1 } } },
    ]);
  });

  test("have no place where the route has none of that name, or reads them from several", () => {
    expect(place(request, "int", "body", "other")).toBeNull();
    expect(place({ ...request, path: "/none" }, "int", "body", "n")).toBeNull();
    const field = (parts: Partial<BodyField>): Policy => ({
      ...POLICY,
      routes: POLICY.routes.map((route) => ({ ...route, body: [{ ...(route.body[0] as BodyField), ...parts }] })),
    });
    expect(place(request, "int", "body", "n", field({}))).not.toBeNull();
    expect(place(request, "int", "body", "n", field({ reader: "graphql" }))).toBeNull();
    expect(place(request, "int", "body", "n", field({ path: ["lines", "[]", "n"] }))).toBeNull();
  });
});

test("what a trusted proxy states is changed by its name", () => {
  const request: Partial<Request> = { facts: { f: true, g: 1 } };
  expect(told(place(request, "bool", "fact", "f"))).toEqual(["f", "bool", true, true, ANY]);
  expect(told(place(request, "int", "fact", "h"))).toEqual(["h", "int", null, false, ANY]);
  expect([
    changed(request, place(request, "bool", "fact", "f"), false),
    changed(request, place(request, "int", "fact", "h"), 3),
  ]).toEqual([{ facts: { f: false, g: 1 } }, { facts: { f: true, g: 1, h: 3 } }]);
});

test.each<AttributeName>(["method", "path", "client", "now", "granted", "token.scopes"])(
  "%s is not varied here",
  (name) => {
    expect(place({}, "string", name, undefined, makePolicy({}))).toBeNull();
  },
);

test("values of attributes are texts, numbers and truths; everything else is missing", () => {
  expect(["a", 0, false, null, undefined, {}, [1]].map(asValue)).toEqual(["a", 0, false, null, null, null, null]);
});

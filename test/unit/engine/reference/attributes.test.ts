/** What the reference reads for each attribute of one request, and what it misses of an empty one. */
import { describe, expect, test } from "vitest";
import type { AttributeName, Expr, Outcome, Policy, Request } from "../../../../engine/index.ts";
import { makeOutcome, makeRequest } from "../../../../engine/request.ts";
import { readAttribute } from "../../../../engine/reference/attributes.ts";
import { readFacts } from "../../../../engine/reference/facts.ts";
import { policyOf } from "../../../helpers/compiled.ts";
import { client } from "../../../helpers/generators-vocabulary.ts";
import { attributeOf } from "../../../helpers/policies.ts";

/** A Thursday. */
const NOW = Date.UTC(2026, 0, 1, 22, 30) * 1_000;
const YEAR = 365 * 86_400_000_000;

const ACME = client("acme", {
  kind: "partner",
  owner: { team: "core", accountable: "m.rossi" },
  environment: "prod",
  plan: "gold",
  expires: NOW + YEAR,
  reviewBy: NOW + 1,
  rate: { allow: 5, perMicros: 1_000_000, burst: 20 },
  operations: ["order"],
  scopes: ["orders:read", "orders:list", "admin"],
  networks: ["203.0.113.0/24"],
  tags: ["eu"],
  labels: { vendor: "v1" },
  expect: { ids: 5 },
});
const POLICY: Policy = {
  ...policyOf(`identity { jwt "https://id.example" { audience "a" keys "https://id.example/keys" claims { org: string from "org.name", level: int, since: time from "auth_time" } } api_key { header "x-api-key" } }
route order = GET "/v1/orders/{id}" { scopes ["orders:read", "orders:list"] min_evidence bearer_token body { username: string, n: int from sum "lines[].n" } }
route login = POST "/v1/login"
fact colour : string from header "x-colour"
fact tier : int from header "x-tier"
window night = daily 22:00 to 06:00 "UTC"
window day = daily 06:00 to 22:00 "UTC"`),
  clients: [ACME, client("bare", {})],
};
const FULL: Partial<Request> = {
  path: "/v1/./orders/7?q=a&q=b&z=%41",
  host: "API.example.com:8443",
  ip: "203.0.113.9",
  headers: { "x-a": "1", cookie: "sid=s1; sid=s2; o=%42" },
  body: { username: "u", lines: [{ n: 1 }, { n: 2 }] },
  size: 300,
  asn: 64_500,
  country: "IT",
  ja4: "t13d",
  client: "acme",
  evidence: "bearer_token",
  facts: { tier: "7" },
  scopes: ["orders:list", "orders:read"],
  claims: { tenant: "t1", org: { name: "o" }, level: 3, number: 7, auth_time: 1.5 },
  credential: { id: "k1", issued: NOW - 5, expires: NOW + 9 },
};

function read(
  request: Partial<Request>,
  name: AttributeName,
  args: readonly (string | number)[],
  outcome: Outcome | null = null,
): unknown {
  const expr: Expr = attributeOf("string", name, ...args);
  if (expr.kind !== "attribute") throw new Error("no attribute");
  const facts = readFacts(POLICY, makeRequest(request), NOW);
  return readAttribute(POLICY, facts, { outcome, served: outcome !== null }, expr);
}

const KNOWN: readonly (readonly [AttributeName, readonly (string | number)[], unknown])[] = [
  ["method", [], "GET"],
  ["host", [], "api.example.com"],
  ["path", [], "/v1/orders/7"],
  ["path.raw", [], "/v1/./orders/7"],
  ["path.with_query", [], "/v1/./orders/7?q=a&q=b&z=%41"],
  ["path.ambiguous", [], false],
  ["route", [], "order"],
  ["param", ["id"], "7"],
  ["body", ["username"], "u"],
  ["body", ["n"], 3],
  ["fact", ["tier"], 7],
  ["query", ["q"], "a"],
  ["query", ["z"], "A"],
  ["header", ["x-a"], "1"],
  ["cookie", ["sid"], "s1"],
  ["cookie", ["o"], "B"],
  ["query.raw", [], "q=a&q=b&z=%41"],
  ["query.count", [], 3],
  ["header.count", [], 2],
  ["body.size", [], 300],
  ["ip", [], "203.0.113.9"],
  ["ip.network", [], "203.0.113.0/24"],
  ["ip.network", [16, 48], "203.0.0.0/16"],
  ["ip.asn", [], 64_500],
  ["ip.country", [], "IT"],
  ["tls.ja4", [], "t13d"],
  ["client", [], "acme"],
  ["client.id", [], "acme"],
  ["client.kind", [], "partner"],
  ["client.status", [], "active"],
  ["client.owner.team", [], "core"],
  ["client.owner.accountable", [], "m.rossi"],
  ["client.environment", [], "prod"],
  ["client.plan", [], "gold"],
  ["client.tags", [], ["eu"]],
  ["client.operations", [], ["order"]],
  ["client.scopes", [], ["orders:read", "orders:list", "admin"]],
  ["client.networks", [], ["203.0.113.0/24"]],
  ["client.rate", [], { allow: 5, perMicros: 1_000_000, burst: 20 }],
  ["client.expires", [], NOW + YEAR],
  ["client.review_by", [], NOW + 1],
  ["client.labels", ["vendor"], "v1"],
  ["client.expect", ["ids"], 5],
  ["evidence", [], "bearer_token"],
  ["credential.id", [], "k1"],
  ["credential.age", [], 5],
  ["credential.expires_in", [], 9],
  ["token.scopes", [], ["orders:list", "orders:read"]],
  ["token.claim", ["tenant"], "t1"],
  ["token.field", ["org"], "o"],
  ["token.field", ["level"], 3],
  ["token.field", ["since"], 1_500_000],
  ["granted", [], true],
  ["now", [], NOW],
  ["now.hour", ["UTC"], 22],
  ["now.hour", ["Europe/Rome"], 23],
  ["now.weekday", ["UTC"], "thu"],
  ["now.in", [0], true],
  ["now.in", [1], false],
  ["served", [], false],
];

test.each(KNOWN)("%s of %j is %j", (name, args, value) => {
  expect(read(FULL, name, args)).toEqual(value);
});

test.each<readonly [AttributeName, readonly (string | number)[]]>([
  ["route", []],
  ["param", ["id"]],
  ["body", ["username"]],
  ["fact", ["tier"]],
  ["fact", ["toString"]],
  ["query", ["q"]],
  ["header", ["x-a"]],
  ["header", ["toString"]],
  ["cookie", ["sid"]],
  ["ip.asn", []],
  ["ip.country", []],
  ["tls.ja4", []],
  ["client", []],
  ["client.id", []],
  ["client.kind", []],
  ["client.rate", []],
  ["identity.error", []],
  ["credential.id", []],
  ["credential.age", []],
  ["credential.expires_in", []],
  ["token.scopes", []],
  ["token.claim", ["tenant"]],
  ["token.field", ["org"]],
  ["response.status", []],
  ["response.size", []],
  ["response.latency", []],
  ["response.header", ["x-r"]],
])("%s of %j is missing of a request without anything", (name, args) => {
  expect(read({}, name, args)).toBeUndefined();
});

test("what a client's record does not say is missing", () => {
  const bare = { client: "bare" };
  const names = ["client.owner.accountable", "client.expires", "client.review_by", "client.rate"] as const;
  expect(names.map((name) => read(bare, name, []))).toEqual([undefined, undefined, undefined, undefined]);
  expect([read(bare, "client.labels", ["toString"]), read(bare, "client.expect", ["ids"])]).toEqual([
    undefined,
    undefined,
  ]);
  expect(read(bare, "client.id", [])).toBe("bare");
});

test("a credential with an end alone, or a beginning alone", () => {
  const of = (issued: number | null, expires: number | null): readonly unknown[] => {
    const request = { credential: { id: null, issued, expires } };
    return (["credential.id", "credential.age", "credential.expires_in"] as const).map((name) =>
      read(request, name, []),
    );
  };
  expect([of(NOW - 5, null), of(null, NOW + 9), of(0, null)]).toEqual([
    [undefined, 5, undefined],
    [undefined, undefined, 9],
    [undefined, NOW, undefined],
  ]);
});

test("a claim is a text, and a declared one of its type", () => {
  const claims = { tenant: 7, org: { name: 7 }, level: "3" };
  expect(read({ claims }, "token.claim", ["tenant"])).toBeUndefined();
  expect([read({ claims }, "token.field", ["org"]), read({ claims }, "token.field", ["level"])]).toEqual([
    undefined,
    undefined,
  ]);
  expect(read(FULL, "token.field", ["number"])).toBeUndefined();
});

test("a declared time is a number of seconds or a text, and in fractions to the microsecond", () => {
  const since = (auth_time: unknown): unknown => read({ claims: { auth_time } }, "token.field", ["since"]);
  expect([since(0), since(1.000_000_4), since("1970-01-01T00:00:01Z")]).toEqual([0, 1_000_000, 1_000_000]);
  expect([since(1e10), since(true), since("yesterday"), since(null)]).toEqual(Array(4).fill(undefined));
});

test("the network around an address of IPv6 is of the second length, or of 64 bits", () => {
  const ip = "2001:db8:1:2:3::4";
  expect([read({ ip }, "ip.network", []), read({ ip }, "ip.network", [24, 48])]).toEqual([
    "2001:db8:1:2::/64",
    "2001:db8:1::/48",
  ]);
});

test("the answer is read where there is one", () => {
  const outcome = makeOutcome(503, { size: 9, latencyMicros: 35, headers: { "x-r": "1" } });
  const names = ["response.status", "response.size", "response.latency", "served"] as const;
  expect(names.map((name) => read(FULL, name, [], outcome))).toEqual([503, 9, 35, true]);
  expect([
    read(FULL, "response.header", ["x-r"], outcome),
    read(FULL, "response.header", ["toString"], outcome),
  ]).toEqual(["1", undefined]);
});

test("a refused credential is an error, and no client", () => {
  const refused = { ...FULL, identityError: "expired" };
  expect([read(refused, "identity.error", []), read(refused, "client.id", []), read(refused, "evidence", [])]).toEqual([
    "expired",
    undefined,
    "none",
  ]);
});

describe("a route is granted", () => {
  const granted = (parts: Partial<Request>): unknown => read({ ...FULL, ...parts }, "granted", []);

  test("to a client that has the operation, the evidence and the scopes", () => {
    expect(granted({})).toBe(true);
    expect(granted({ scopes: null })).toBe(true);
    expect(granted({ evidence: "bound_token" })).toBe(true);
    expect(granted({ client: "bare", scopes: null })).toBe(true);
  });

  test("to no other", () => {
    expect(granted({ client: null })).toBe(false);
    expect(granted({ path: "/other" })).toBe(false);
    expect(granted({ method: "POST", path: "/v1/login" })).toBe(false);
    expect(granted({ evidence: "static_secret" })).toBe(false);
    expect(granted({ scopes: ["admin"] })).toBe(false);
    expect(granted({ scopes: ["orders:read"] })).toBe(false);
    expect(granted({ client: "bare" })).toBe(false);
  });
});

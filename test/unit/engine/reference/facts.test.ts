/** What the reference knows of a request before any state is read. */
import { describe, expect, test } from "vitest";
import { type Client, makeRequest, type Request } from "../../../../engine/index.ts";
import { type Facts, headerOf, ipOf, readFacts } from "../../../../engine/reference/facts.ts";
import { policyOf } from "../../../helpers/compiled.ts";
import { client } from "../../../helpers/generators-vocabulary.ts";

const NOW = 1_000;
const ROUTES = policyOf('route order = GET "/v1/orders/{id}"\nroute login = POST "/v1/login"');

function facts(request: Partial<Request>, ...clients: readonly Client[]): Facts {
  return readFacts({ ...ROUTES, clients }, makeRequest(request), NOW);
}

/** Who the caller is, by what, or why it is nobody. */
function caller(request: Partial<Request>, ...clients: readonly Client[]): readonly unknown[] {
  const { client: found, evidence, refusal } = facts(request, ...clients);
  return [found?.id ?? null, evidence, refusal === null ? null : `${refusal.status} ${refusal.error}`];
}

test("path, query, route, host, method and cookies are read", () => {
  const read = facts({
    path: "/v1//orders/7?q=1&q=2",
    host: "API.example.com:80",
    headers: { cookie: "a=1; b=2" },
    ip: "::ffff:203.0.113.9",
  });
  expect(read).toMatchObject({
    ...{
      method: "GET",
      host: "api.example.com",
      path: "/v1/orders/7",
      rawPath: "/v1//orders/7",
      rawQuery: "q=1&q=2",
      ambiguous: false,
    },
    query: [
      ["q", "1"],
      ["q", "2"],
    ],
    cookies: [
      ["a", "1"],
      ["b", "2"],
    ],
    ...{ route: 0, now: NOW },
  });
  expect([...read.parameters]).toEqual([["id", "7"]]);
  expect(ipOf(read)).toBe("203.0.113.9");
  expect(facts({ path: "/a%2fb", method: "PROPFIND" })).toMatchObject({ method: "other", ambiguous: true, route: -1 });
});

test("an address that is none is 0.0.0.0", () => {
  expect([ipOf(facts({ ip: "unknown" })), ipOf(facts({ ip: "" })), ipOf(facts({ ip: "2001:DB8::1" }))]).toEqual([
    "0.0.0.0",
    "0.0.0.0",
    "2001:db8::1",
  ]);
});

test("a header is a record's own", () => {
  expect([headerOf({ a: "1" }, "a"), headerOf({ a: "1" }, "toString"), headerOf({}, "a")]).toEqual([
    "1",
    undefined,
    undefined,
  ]);
});

describe("a caller", () => {
  const acme = client("acme", { networks: ["203.0.113.0/24", "2001:db8::/32"], expires: NOW + 1 });

  test("is the client that it says, from its networks, before its end", () => {
    expect(caller({ client: "acme", ip: "203.0.113.9" }, acme)).toEqual(["acme", "static_secret", null]);
    expect(caller({ client: "acme", ip: "2001:db8::1" }, acme)).toEqual(["acme", "static_secret", null]);
    expect(caller({ client: "acme", ip: "203.0.113.9", evidence: "bound_token" }, acme)).toEqual([
      "acme",
      "bound_token",
      null,
    ]);
    expect(caller({ client: "b" }, client("b", {}))).toEqual(["b", "static_secret", null]);
  });

  test("is refused from elsewhere, after its end, or with another status", () => {
    expect(caller({ client: "acme", ip: "198.51.100.1" }, acme)).toEqual([null, "none", "403 outside_networks"]);
    const expired = { ...acme, expires: NOW };
    expect(caller({ client: "acme", ip: "203.0.113.9" }, expired)).toEqual([null, "none", "403 client_expired"]);
    for (const status of ["suspended", "revoked", "proposed"])
      expect(caller({ client: "c" }, client("c", { status }))).toEqual([null, "none", `403 ${status}`]);
    expect(caller({ client: "c" }, client("c", { status: "quarantined" }))[0]).toBe("c");
  });

  test("is refused for what was found before, whoever it is, and for a credential that has ended", () => {
    expect(caller({ client: "acme", ip: "198.51.100.1", identityError: "bad_signature" }, acme)).toEqual([
      null,
      "none",
      "401 bad_signature",
    ]);
    const credential = (expires: number | null): Partial<Request> => ({
      client: "b",
      evidence: "bearer_token",
      credential: { id: "k", issued: null, expires },
    });
    const b = client("b", {});
    expect(caller(credential(NOW), b)).toEqual([null, "none", "401 expired"]);
    expect(caller(credential(NOW + 1), b)).toEqual(["b", "bearer_token", null]);
    expect(caller(credential(null), b)).toEqual(["b", "bearer_token", null]);
  });

  test("that nobody knows is a stranger, by its network or by nothing", () => {
    expect(caller({ client: "other", ip: "198.51.100.1" }, acme)).toEqual([null, "none", null]);
    expect(caller({ ip: "203.0.113.9" }, acme)).toEqual([null, "network", null]);
    expect(caller({ ip: "198.51.100.1" }, acme)).toEqual([null, "none", null]);
    expect(caller({ ip: "198.51.100.1", evidence: "signed_request" }, acme)).toEqual([null, "signed_request", null]);
    expect(caller({ ip: "10.0.0.1" }, client("c", { networks: ["nowhere"] }))).toEqual([null, "none", null]);
  });
});

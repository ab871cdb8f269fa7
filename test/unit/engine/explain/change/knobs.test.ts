/** Which attributes of a request are changed, in which order, with which values, and what of the request each change changes. */
import { describe, expect, test } from "vitest";
import { loadPolicyText } from "../../../../../dsl/index.ts";
import { type Knob, knobsOf } from "../../../../../engine/explain/change/knobs.ts";
import { readsOf } from "../../../../../engine/explain/change/reads.ts";
import type { AttributeValue } from "../../../../../engine/explain/change/values.ts";
import type { Policy, Request } from "../../../../../engine/index.ts";
import { readFacts } from "../../../../../engine/reference/facts.ts";
import { makeRequest } from "../../../../../engine/request.ts";

const NOW = 1_767_225_600_000_000;
const HOUR = 3_600_000_000;

const CLIENTS = `
teams:
  - { id: platform, contact: "mailto:platform@example.com", people: [m.rossi] }
people:
  - { id: m.rossi, active: true }
clients:
${["shop", "plain"]
  .map(
    (id, index) => `  - id: ${id}
    kind: service
    purpose: a test
    owner: { team: platform, accountable: m.rossi }
    environment: prod
    status: active
    expires: 2027-08-01
    review_by: 2027-07-15
    plan: basic
    operations: "*"
    scopes: []
    networks: [203.0.11${index}.0/24]
    tags: []
    credentials: []
`,
  )
  .join("")}`;

const HEAD = `policy "p" { default allow }
clients from "clients.yaml"
identity { jwt "https://issuer.example" { audience "a" keys "https://issuer.example/keys" claims { tenant: string from "org.tenant"  since: time from "auth_time"  level: int } } api_key { header "x-api-key" } }
route order = GET "/orders/{id}" { scopes ["read"] }
route home = GET "/"
fact depth : int from header "x-depth"
`;

function policyOf(text: string, head = HEAD): Policy {
  const { policy, diagnostics } = loadPolicyText(head + text, { "clients.yaml": CLIENTS });
  if (policy === null) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return policy;
}

/** The knobs of a request under a policy, by their attributes. */
function knobs(text: string, request: Partial<Request> = {}): ReadonlyMap<string, Knob> {
  const policy = policyOf(text);
  const source = { policy, reads: readsOf(policy), facts: readFacts(policy, makeRequest(request), NOW) };
  return new Map(knobsOf(source).map((knob) => [knob.attribute, knob]));
}

/** One of them. */
function knob(text: string, attribute: string, request: Partial<Request> = {}): Knob {
  const found = knobs(text, request).get(attribute);
  if (found === undefined) throw new Error(`no knob for ${attribute}`);
  return found;
}

/** What of a request is another once a knob is turned; the request itself stays as it was. */
function turned(text: string, attribute: string, request: Partial<Request>, value: AttributeValue): Partial<Request> {
  const before = makeRequest(request);
  const kept = structuredClone(before);
  const after = knob(text, attribute, before).change(value);
  expect(before).toEqual(kept);
  return Object.fromEntries(
    Object.entries(after).filter(
      ([name, each]) => JSON.stringify(each) !== JSON.stringify(before[name as keyof Request]),
    ),
  );
}

const rule = (when: string, then = "block"): string => `rule r when ${when} then ${then}\n`;

test("attributes come in the order of preference: what is sent, where from, who, and what is called last", () => {
  const text = [
    rule('has client and client.id == "shop" and (depth ?? 0) > 3 and host == "h"', "challenge pow"),
    'rule s when header["a"] ?? "" == "x" and query["q"] ?? "" == "y" then block\n',
    'rule t when has token.scopes and "read" in token.scopes and (token.claim["sub"] ?? "") == "u" then block\n',
    "rule u when (credential.age ?? 0s) > 1h then block\n",
  ].join("");
  const request: Partial<Request> = {
    path: "/orders/17",
    scopes: ["read"],
    claims: {},
    credential: { id: null, issued: NOW - HOUR, expires: null },
    identityError: "expired",
  };
  expect([...knobs(text, request).keys()]).toEqual([
    "pass pow",
    'query["q"]',
    'header["a"]',
    "id",
    "host",
    "depth",
    "token.scopes",
    "claim sub",
    "credential.age",
    "evidence",
    "identity.error",
    "client",
    "method",
    "path",
  ]);
});

test("of what is sent and of where it comes from, all that a policy reads is changed", () => {
  const text = `route post = POST "/p" { body { total: int } }
    rule a on post when (total ?? 0) > 3 and (cookie["c"] ?? "") == "x" and body.size > 1KB and query.count > 3 then block
    rule b when (ip.asn ?? 0) == 5 and (ip.country ?? "") == "IT" and (tls.ja4 ?? "") == "t" then block\n`;
  const request: Partial<Request> = { method: "POST", path: "/p", body: { total: 1 } };
  expect([...knobs(text, request).keys()].slice(0, -4)).toEqual([
    "query.count",
    'cookie["c"]',
    "total",
    "body.size",
    "ip.asn",
    "ip.country",
    "tls.ja4",
  ]);
});

test("what nothing reads is not changed, but for who calls what", () => {
  expect([...knobs("").keys()]).toEqual(["evidence", "client", "method", "path"]);
});

describe("challenges", () => {
  test("that rules and limits ask for could have been answered, unless they were", () => {
    const text = `${rule('host == "h"', "challenge nonce")}limit l per ip allow 1 per 1s otherwise challenge pow\n`;
    const passes = (request: Partial<Request>): readonly string[] =>
      [...knobs(text, request).keys()].filter((attribute) => attribute.startsWith("pass "));
    expect(passes({}).toSorted()).toEqual(["pass nonce", "pass pow"]);
    expect(passes({ passes: ["pow"] })).toEqual(["pass nonce"]);
    expect(knob(text, "pass pow")).toMatchObject({ type: "bool", current: false, values: [true] });
    expect(turned(text, "pass pow", { passes: ["nonce"] }, true)).toEqual({ passes: ["nonce", "pow"] });
  });
});

describe("what policies read", () => {
  test("is changed in one place where it is read in several ways, with the values of all", () => {
    const text = rule('query.raw == "a=1" or path.with_query == "b=2"');
    const { values } = knob(text, "query.raw", { path: "/?c" });
    expect(values).toEqual(expect.arrayContaining(["a=1", "b=2"]));
    expect(new Set(values).size).toBe(values.length);
    expect([...knobs(text).keys()].filter((attribute) => attribute.startsWith("path."))).toEqual([]);
  });

  test("has no values outside its range", () => {
    const values = knob(rule("body.size > 10B"), "body.size", { size: 5 }).values.map(Number);
    expect(values).toEqual(expect.arrayContaining([0, 10, 11]));
    expect(Math.min(...values)).toBe(0);
    const counts = knob(rule("query.count > 3"), "query.count").values.map(Number);
    expect([Math.min(...counts) > 0, Math.max(...counts) <= 1_000, counts.includes(512)]).toEqual([true, true, true]);
    const most = knob(rule("query.count > 999"), "query.count").values;
    expect([most.includes(1_000), most.includes(1_001)]).toEqual([true, false]);
  });

  test("an address is tried in the clients' networks too, also where only its network is read", () => {
    for (const text of [rule("ip == 198.51.100.7"), rule("ip.network == 198.51.100.0/24")]) {
      expect(knob(text, "ip").values).toEqual(expect.arrayContaining(["203.0.110.0", "203.0.111.0"]));
    }
    expect(knob(rule('host == "h"'), "host").values).not.toContain("203.0.110.0/24");
  });
});

describe("parameters of the route", () => {
  const text = 'rule r on order when id == "17" then block\n';

  test("take what they are compared with and a stranger, and are never empty", () => {
    expect(knob(text, "id", { path: "/orders/18" })).toMatchObject({ type: "string", current: "18" });
    expect(knob(text, "id", { path: "/orders/18" }).values).toEqual(["17", "x"]);
    expect(knob("", "id", { path: "/orders/18" }).values).toEqual(["x"]);
    expect(turned(text, "id", { path: "/orders/18?a" }, "17")).toEqual({ path: "/orders/17?a" });
  });

  test("take what they themselves are compared with, each its own", () => {
    const two = `route two = GET "/two/{a}/{b}"
      rule r on two when query["a"] ?? "" == "q" and b == "2" and a == "1" then block\n`;
    const values = ["a", "b"].map((name) => knob(two, name, { path: "/two/8/9" }).values);
    expect(values).toEqual([
      ["1", "x"],
      ["2", "x"],
    ]);
    expect(knob('rule r on order when id == "" then block\n', "id", { path: "/orders/18" }).values).not.toContain("");
  });

  test("are none on another route", () => {
    expect(knobs(text, { path: "/" }).has("id")).toBe(false);
    expect(knobs(text, { path: "/none" }).has("id")).toBe(false);
  });
});

test("another method is any other", () => {
  const { values, current, type } = knob("", "method", { method: "POST" });
  expect([current, type, values.includes("GET"), values.includes("POST")]).toEqual(["POST", "enum", true, false]);
  expect(turned("", "method", {}, "PUT")).toEqual({ method: "PUT" });
});

describe("paths", () => {
  test("are one of each route, those that conditions name, and a stranger", () => {
    const text = rule(
      'path == "/named" or path.raw starts_with "/begins" or path.raw ends_with "/end" or path.raw contains "mid"',
    );
    const { values, current, type } = knob(text, "path", { path: "/here" });
    expect([current, type]).toEqual(["/here", "path"]);
    expect(values.slice(0, 2)).toEqual(["/orders/1", "/"]);
    expect(values).toEqual(expect.arrayContaining(["/named", "/begins", "/end", "/here/end", "/heremid", "/x"]));
    expect(values).not.toContain("mid");
    expect(new Set(values).size).toBe(values.length);
  });

  test("are none that are compared with something else", () => {
    const text = rule('header["a"] ?? "" == "/header" or query.raw == "/query"');
    expect(knob(text, "path", { path: "/here" }).values).toEqual(["/orders/1", "/", "/x"]);
  });

  test("are none that are ambiguous, nor the one that is there", () => {
    const text = rule('path.raw == "/a%2fb" or path == "/orders/1"');
    expect(knob(text, "path", { path: "/orders/1" }).values).toEqual(["/", "/orders/1/orders/1", "/x"]);
  });

  test("change, and the query stays", () => {
    expect(turned("", "path", { path: "/a?q=1" }, "/b")).toEqual({ path: "/b?q=1" });
  });
});

describe("scopes", () => {
  const text = rule('has token.scopes and "write" in token.scopes');

  test("of routes and conditions are added, and each is taken away", () => {
    expect(knob(text, "token.scopes", { scopes: ["a", "b"] })).toMatchObject({
      type: "string",
      current: ["a", "b"],
      values: [["a", "b", "read"], ["a", "b", "write"], ["b"], ["a"]],
    });
    expect(knob("", "token.scopes", { scopes: ["read"] }).values).toEqual([[]]);
    expect(turned(text, "token.scopes", { scopes: ["a"] }, ["a", "read"])).toEqual({ scopes: ["a", "read"] });
  });

  test("are nobody's without a token", () => {
    expect(knobs(text).has("token.scopes")).toBe(false);
  });
});

describe("claims", () => {
  const text = rule('(token.claim["sub"] ?? "") == "u" or (token.tenant ?? "") == "acme"');

  test("are changed at their path", () => {
    const request: Partial<Request> = { claims: { sub: "w", org: { tenant: "b", id: 7 } } };
    expect(knob(text, "claim sub", request)).toMatchObject({ type: "string", current: "w" });
    expect(knob(text, "claim sub", request).values).toEqual(expect.arrayContaining([null, "u"]));
    expect(knob(text, "claim org.tenant", request)).toMatchObject({ type: "string", current: "b" });
    expect(knob(text, "claim org.tenant", request).values).toContain("acme");
    expect(turned(text, "claim org.tenant", request, "acme")).toEqual({
      claims: { sub: "w", org: { tenant: "acme", id: 7 } },
    });
  });

  test("of times are numbers of seconds", () => {
    const since = rule("token.since ?? 2000-01-01 > 2026-01-01");
    const request: Partial<Request> = { claims: { auth_time: 1.5 } };
    expect(knob(since, "claim auth_time", request)).toMatchObject({ type: "time", current: 1_500_000 });
    expect(turned(since, "claim auth_time", request, 1_767_225_600_000_001)).toEqual({
      claims: { auth_time: 1_767_225_600.000001 },
    });
  });

  test("of other types are as they are stated, and so are times in words", () => {
    const request: Partial<Request> = { claims: { level: 3, auth_time: "2026-01-01T00:00:00Z" } };
    const read = rule("(token.level ?? 0) > 5 and token.since ?? 2000-01-01 > 2026-01-01");
    expect(knob(read, "claim level", request)).toMatchObject({ type: "int", current: 3 });
    expect(knob(read, "claim level", request).values).toEqual(expect.arrayContaining([null, 6]));
    expect(knob(read, "claim auth_time", request).current).toBe("2026-01-01T00:00:00Z");
    expect(turned(read, "claim level", request, 6)).toEqual({ claims: { ...(request.claims as object), level: 6 } });
  });

  test("that are absent cannot be taken away; without a token there are none", () => {
    expect(knob(text, "claim sub", { claims: {} }).values).not.toContain(null);
    expect([...knobs(text).keys()].some((attribute) => attribute.startsWith("claim "))).toBe(false);
    expect(knobs(rule('host == "h"'), { claims: { sub: "w" } }).has("claim sub")).toBe(false);
  });
});

describe("credentials", () => {
  const AGE = rule("(credential.age ?? 0s) > 1h");
  const LEFT = rule("(credential.expires_in ?? 0s) > 1h");
  const ID = rule('(credential.id ?? "") == "k"');
  const request: Partial<Request> = { credential: { id: "j", issued: NOW - HOUR, expires: NOW + 2 * HOUR } };

  test("are older or younger, and last longer or shorter, within what there is of time", () => {
    expect(knob(AGE, "credential.age", request)).toMatchObject({ type: "duration", current: HOUR });
    expect(knob(LEFT, "credential.expires_in", request)).toMatchObject({ type: "duration", current: 2 * HOUR });
    for (const [text, attribute] of [
      [AGE, "credential.age"],
      [LEFT, "credential.expires_in"],
    ] as const) {
      const values = knob(text, attribute, request).values.map(Number);
      expect([Math.min(...values), Math.max(...values) <= NOW, values.includes(HOUR + 1)]).toEqual([0, true, true]);
      expect(knob(text, attribute, request).values).not.toContain(null);
    }
    const { credential } = request;
    expect(turned(AGE, "credential.age", request, 5)).toEqual({ credential: { ...credential, issued: NOW - 5 } });
    expect(turned(LEFT, "credential.expires_in", request, 5)).toEqual({
      credential: { ...credential, expires: NOW + 5 },
    });
  });

  test("have another name, or none", () => {
    expect(knob(ID, "credential.id", request)).toMatchObject({ type: "string", current: "j" });
    expect(knob(ID, "credential.id", request).values).toEqual(expect.arrayContaining([null, "k"]));
    expect(turned(ID, "credential.id", request, null)).toEqual({ credential: { ...request.credential, id: null } });
    expect(turned(ID, "credential.id", request, "k")).toEqual({ credential: { ...request.credential, id: "k" } });
    const nameless: Partial<Request> = { credential: { id: null, issued: null, expires: null } };
    expect(knob(ID, "credential.id", nameless).values).not.toContain(null);
  });

  test("say nothing where there are none, or where they do not say it", () => {
    const nameless: Partial<Request> = { credential: { id: null, issued: null, expires: null } };
    for (const [text, attribute] of [
      [AGE, "credential.age"],
      [LEFT, "credential.expires_in"],
    ] as const) {
      expect(knobs(text).has(attribute)).toBe(false);
      expect(knobs(text, nameless).has(attribute)).toBe(false);
    }
    expect(knobs(ID).has("credential.id")).toBe(false);
    expect(knobs(rule('host == "h"'), request).has("credential.id")).toBe(false);
  });

  test("that were refused may be accepted", () => {
    expect(knob("", "identity.error", { identityError: "expired" })).toMatchObject({
      type: "string",
      current: "expired",
      values: [null],
    });
    expect(turned("", "identity.error", { identityError: "expired" }, null)).toEqual({ identityError: null });
    expect(knobs("").has("identity.error")).toBe(false);
  });

  test("prove more or less", () => {
    const { current, type, values } = knob("", "evidence", { evidence: "signed_request" });
    expect([current, type, values.includes("none"), values.includes("signed_request")]).toEqual([
      "signed_request",
      "enum",
      true,
      false,
    ]);
    expect(turned("", "evidence", {}, "signed_request")).toEqual({ evidence: "signed_request" });
  });
});

describe("clients", () => {
  test("are all others, and none where there is one", () => {
    expect(knob("", "client")).toMatchObject({ type: "string", current: null, values: ["shop", "plain"] });
    expect(knob("", "client", { client: "shop" })).toMatchObject({ current: "shop", values: ["plain", null] });
    expect(turned("", "client", {}, "plain")).toEqual({ client: "plain" });
    expect(turned("", "client", { client: "shop" }, null)).toEqual({ client: null });
  });

  test("are two hundred at most", () => {
    const policy = policyOf("");
    const [shop] = policy.clients;
    const clients = Array.from({ length: 300 }, (_, index) => ({ ...shop!, id: `c${index}` }));
    const many = { ...policy, clients };
    const found = knobsOf({ policy: many, reads: [], facts: readFacts(many, makeRequest({}), NOW) });
    expect(found.find(({ attribute }) => attribute === "client")?.values.length).toBe(200);
  });
});

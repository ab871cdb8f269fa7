/** Who calls and what proves it, where from, and whether that is granted, on both engines. */
import { describe, expect, test } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { makeRequest, type Policy, type Request } from "../../../../engine/index.ts";
import { ENGINES } from "../../../helpers/engines.ts";

const NOW = Date.parse("2026-07-08T10:30:00Z") * 1_000;
const client = (id: string, fields: string): string => `
  - id: ${id}
    kind: service
    purpose: a test
    owner: { team: platform, accountable: m.rossi }
    environment: prod
    expires: 2026-08-01
    review_by: 2026-07-15
    plan: basic
    tags: []
    credentials: []
    ${fields}`;
const CLIENTS = `
teams:
  - { id: platform, contact: "mailto:platform@example.com", people: [m.rossi] }
people:
  - { id: m.rossi, active: true }
clients:
${[
  client("first", 'status: active\n    operations: "*"\n    scopes: [read, write]\n    networks: []'),
  client("away", "status: suspended\n    operations: [plain]\n    scopes: []\n    networks: []"),
  client("home", "status: active\n    operations: [plain, scoped]\n    scopes: [read]\n    networks: [203.0.113.0/24]"),
].join("")}
`;

const { policy: read, diagnostics } = loadPolicyText(
  `policy "p" { default allow  refused_credentials pass }
  clients from "clients.yaml"
  route plain  = GET "/plain"
  route scoped = GET "/scoped" { scopes ["read", "write"] }
  route strong = GET "/strong" { min_evidence signed_request }
  rule has_grant when granted then note "granted"
  rule known when has client then note "known"
  rule ev_none when evidence is none then note "none"
  rule ev_network when evidence is network then note "network"
  rule ev_secret when evidence is static_secret then note "static_secret"
  rule ev_signed when evidence is signed_request then note "signed_request"
  rule ev_bound when evidence is bound_token then note "bound_token"
  rule zero when ip == 0.0.0.0 then note "zero"`,
  { "clients.yaml": CLIENTS },
);
if (read === null) throw new Error(diagnostics.map(({ message }) => message).join("; "));
const policy: Policy = read;

describe.each(ENGINES)("$name", ({ make }) => {
  const labels = (fields: Partial<Request>): readonly string[] =>
    make(policy)
      .decide(makeRequest({ ip: "198.51.100.1", ...fields }), NOW)
      .toDecision().labels;
  const isGranted = (fields: Partial<Request>): boolean => labels(fields).includes("granted");

  describe("a route is granted", () => {
    const home = { client: "home", ip: "203.0.113.9" };

    test("to a client that has it among its operations, and to nobody else", () => {
      expect(isGranted({ path: "/plain", ...home })).toBe(true);
      expect(isGranted({ path: "/strong", ...home, evidence: "bound_token" })).toBe(false);
      expect(isGranted({ path: "/plain", client: "first" })).toBe(true);
      expect(isGranted({ path: "/plain" })).toBe(false);
      expect(isGranted({ path: "/none", client: "first" })).toBe(false);
      expect(isGranted({ path: "/plain", client: "away" })).toBe(false);
    });

    test.each<[Request["evidence"], boolean]>([
      [null, false],
      ["none", false],
      ["bearer_token", false],
      ["signed_request", true],
      ["bound_token", true],
    ])("from its least evidence on: with %s it is %s", (evidence, expected) => {
      expect(isGranted({ path: "/strong", client: "first", evidence })).toBe(expected);
      expect(isGranted({ path: "/plain", client: "first", evidence })).toBe(true);
    });

    test.each([
      ["first", null, true],
      ["first", ["read", "write"], true],
      ["first", ["write", "x", "read"], true],
      ["first", ["read"], false],
      ["first", ["write"], false],
      ["first", [], false],
      ["home", ["read", "write"], false],
      ["home", null, true],
    ])("to %s with a token of the scopes %j: %s", (id, scopes, expected) => {
      expect(isGranted({ path: "/scoped", client: id, ip: "203.0.113.9", scopes })).toBe(expected);
      expect(isGranted({ path: "/plain", client: id, ip: "203.0.113.9", scopes })).toBe(true);
    });
  });

  test.each<[string, Partial<Request>, readonly string[]]>([
    ["a stated client without any", { client: "first" }, ["known", "static_secret"]],
    ["what is stated", { client: "first", evidence: "bound_token" }, ["known", "bound_token"]],
    ["what is stated of a stranger", { evidence: "signed_request" }, ["signed_request"]],
    ["a stranger", {}, ["none"]],
    ["a stranger from a client's network", { ip: "203.0.113.9" }, ["network"]],
    ["a client that is suspended", { client: "away", evidence: "bound_token" }, ["none"]],
    ["a client that calls from elsewhere", { client: "home" }, ["none"]],
    ["a client that does not", { client: "home", ip: "203.0.113.9" }, ["known", "static_secret"]],
    ["a refused credential", { client: "first", identityError: "bad_signature" }, ["none"]],
    [
      "a credential that expires in a microsecond",
      { client: "first", credential: { id: "k", issued: null, expires: NOW + 1 } },
      ["known", "static_secret"],
    ],
    ["one that expires now", { client: "first", credential: { id: "k", issued: null, expires: NOW } }, ["none"]],
    [
      "one that never does",
      { client: "first", credential: { id: "k", issued: 1, expires: null } },
      ["known", "static_secret"],
    ],
    ["an address that is none", { ip: "nowhere" }, ["none", "zero"]],
  ])("the evidence of %s", (_, fields, expected) => {
    expect(labels(fields)).toEqual(expected);
  });

  test("each request is read anew, after whatever came before", () => {
    const engine = make(policy);
    const of = (fields: Partial<Request>): string =>
      engine
        .decide(makeRequest({ ip: "203.0.113.9", ...fields }), NOW)
        .toDecision()
        .labels.join();
    const asked = [
      { client: "first", path: "/plain" },
      { path: "/a/../plain" },
      { ip: "198.51.100.1", path: "/scoped/" },
      { client: "home", path: "/./scoped", scopes: ["read", "write"] },
      { client: "first", path: "//strong", evidence: "bound_token" as const },
      { ip: "::", path: "/plain" },
    ];
    const expected = [
      "granted,known,static_secret",
      "network",
      "none",
      "known,static_secret",
      "granted,known,bound_token",
      "none",
    ];
    expect([...asked, ...asked].map(of)).toEqual([...expected, ...expected]);
  });
});

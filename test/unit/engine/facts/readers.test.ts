/** Every attribute and every operator of values, as rules see them on both engines. */
import { describe, expect, test } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { createEngine, makeRequest, type Policy, type Request } from "../../../../engine/index.ts";
import { ENGINES } from "../../../helpers/engines.ts";

const NOW = Date.parse("2026-07-08T10:30:00Z") * 1_000;
const HOUR = 3_600_000_000;

const CLIENTS = `
teams:
  - { id: platform, contact: "mailto:platform@example.com", people: [m.rossi] }
people:
  - { id: m.rossi, active: true }
clients:
  - id: shop
    kind: service
    purpose: a test
    owner: { team: platform, accountable: m.rossi }
    environment: prod
    status: active
    expires: 2026-08-01
    review_by: 2026-07-15
    plan: basic
    rate: { allow: 100, per: 1m }
    operations: [order]
    scopes: [read]
    networks: [203.0.113.0/24]
    tags: [eu]
    labels: { tier: gold }
    expect: { daily: 7 }
    credentials: []
  - id: plain
    kind: partner
    purpose: a test
    owner: { team: platform, accountable: m.rossi }
    environment: test
    status: active
    expires: 2026-08-01
    review_by: 2026-07-15
    plan: basic
    operations: "*"
    scopes: []
    networks: []
    tags: []
    credentials: []
  - id: two
    kind: partner
    purpose: a test
    owner: { team: platform, accountable: m.rossi }
    environment: test
    status: active
    expires: 2026-08-01
    review_by: 2026-07-15
    plan: us
    operations: [item]
    scopes: [write]
    networks: [203.0.113.0/24, 198.51.100.0/24]
    tags: [us]
    credentials: []
`;

const HEAD = `policy "p" { default allow }
clients from "clients.yaml"
route order = GET "/orders/{id}"
route item  = POST "/items/{name}" { body { total: int  lines: int from count "items[].sku"  sum: int from sum "items[].price" } }
fact depth : int from header "x-depth"
fact sure : bool from header "x-sure"
fact word : string from header "x-word"
table points : string -> int = { "a": 1, "b": 2 } else 9
fact origin : ip from header "x-origin"
fact home : network from header "x-home"
fact asked : duration from header "x-asked"
table by_number : int -> int = { 3: 1 } else 3
table by_truth : bool -> int = { true: 1, false: 2 } else 3
table by_address : ip -> int = { 10.0.0.1: 1, 2001:db8::1: 2 } else 3
table by_network : network -> int = { 10.0.0.0/24: 1 } else 3
table homes : string -> ip = { "a": 10.0.0.1 } else 10.0.0.2
table nets : string -> network = { "a": 10.0.0.0/8 } else 11.0.0.0/8
table truths : string -> bool = { "a": true } else false
list names : string = ["anna", "bert"]
list offices : network = [198.51.100.0/24]
window day = daily 06:00 to 22:00 "UTC"
window night = daily 22:00 to 06:00 "UTC"
class kind = small when body.size < 10B, large when body.size > 100B, else middle
score heat { +7 when header["a"] ?? "" == "hot" +2 when query.count > 0 }
signal seen = count per ip over 1m
limit pace per ip allow 4 per 1m
`;

const ORDER: Partial<Request> = { path: "/orders/17" };
const ITEM: Partial<Request> = {
  path: "/items/pen?x=1",
  method: "POST",
  size: 50,
  body: {
    total: 12,
    items: [
      { sku: "a", price: 3 },
      { sku: "b", price: 4 },
    ],
  },
};
const SHOP: Partial<Request> = { client: "shop", ip: "203.0.113.9", evidence: "signed_request" };
const PLAIN: Partial<Request> = { client: "plain", ip: "198.51.100.1" };
const TWO: Partial<Request> = { client: "two", ip: "198.51.100.1" };
const header = (name: string, value: string): Partial<Request> => ({ headers: { [name]: value } });
const credential = (id: string | null, issued: number | null, expires: number | null): Partial<Request> => ({
  credential: { id, issued, expires },
});

/** A condition, a request that it holds for, and some that it does not. */
const CASES: readonly (readonly [condition: string, holds: Partial<Request>, ...not: Partial<Request>[]])[] = [
  ['client.id == "shop"', SHOP, PLAIN, {}],
  ["client.kind is service", SHOP, PLAIN, {}],
  ["client.status is active", SHOP, {}],
  ['client.environment == "prod"', SHOP, PLAIN, {}],
  ['client.plan == "basic"', SHOP, {}],
  ['client.owner.team == "platform"', SHOP, {}],
  ['client.owner.accountable == "m.rossi"', SHOP, {}],
  ['"eu" in client.tags', SHOP, PLAIN, {}],
  ['"order" in client.operations', SHOP, PLAIN, {}],
  ['"read" in client.scopes', SHOP, PLAIN, {}],
  ["has client.rate", SHOP, PLAIN, {}],
  ["has client.expires and client.expires > now", SHOP, {}],
  ["has client.review_by and client.review_by > now", SHOP, {}],
  ['client.labels["tier"] ?? "" == "gold"', SHOP, PLAIN, {}],
  ['client.expect["daily"] ?? 0 == 7', SHOP, PLAIN, {}],
  ['client.expect["toString"] ?? 3 == 3', SHOP, { ...SHOP, client: "none" }],
  ["evidence >= signed_request", SHOP, PLAIN, {}],
  ["has route and route is order", ORDER, ITEM, {}],
  ['on order and id == "17"', ORDER, { path: "/orders/18" }],
  ["method is POST", ITEM, ORDER],
  ["method is other", { method: "BREW" }, ORDER],
  ['host == "a.example"', { host: "A.example:80" }, {}],
  ['path == "/a/b"', { path: "/a/./b?q" }, {}],
  ['path.raw == "/a/./b"', { path: "/a/./b?q" }, { path: "/a/b" }],
  ['path.with_query == "/a?b"', { path: "/a?b" }, { path: "/a" }],
  ['query.raw == "b=1"', { path: "/a?b=1" }, { path: "/a" }],
  ['query["b"] ?? "" == "1"', { path: "/a?b=1&b=2" }, { path: "/a?b=2&b=1" }, { path: "/b=1" }],
  ["query.count == 2", { path: "/a?b&c" }, { path: "/a?b" }],
  ['header["a"] ?? "" == "x"', header("a", "x"), header("b", "x"), {}],
  ["header.count == 1", header("a", "x"), {}],
  ['cookie["a"] ?? "" == "x"', header("cookie", "b=1; a=x"), header("a", "x"), header("cookie", "a=1; b=x")],
  ["body.size == 50B", { method: "POST", size: 50 }, { method: "POST", size: NaN }],
  ["body.size == 0B", { size: NaN }, { size: 1 }],
  ["ip == 10.0.0.1", { ip: "10.0.0.1" }, { ip: "10.0.0.2" }],
  ["ip.asn ?? 0 == 64500", { asn: 64_500 }, {}, { asn: NaN }],
  ['ip.country ?? "" == "IT"', { country: "IT" }, {}],
  ['tls.ja4 ?? "" == "t13"', { ja4: "t13" }, {}],
  ["depth ?? 0 == 3", { facts: { depth: "3" } }, { facts: { depth: "x" } }, {}],
  ["depth ?? 0 == 4", { facts: { depth: 4 } }, { facts: { depth: true } }],
  ["sure ?? false", { facts: { sure: "true" } }, { facts: { sure: "false" } }, { facts: { sure: "yes" } }],
  ["not (sure ?? true)", { facts: { sure: "false" } }, { facts: { sure: "no" } }, { facts: { sure: true } }],
  ['word ?? "" == "3"', { facts: { word: "3" } }, { facts: { word: 3 } }],
  ['credential.id ?? "" == "k1"', credential("k1", null, null), credential(null, NOW, NOW), {}],
  ["credential.age ?? 0s == 1h", credential(null, NOW - HOUR, null), credential("k", null, NOW - HOUR), {}],
  ["credential.expires_in ?? 0s == 1h", credential(null, null, NOW + HOUR), credential("k", NOW + HOUR, null), {}],
  ['has token.scopes and "read" in token.scopes', { scopes: ["read"] }, { scopes: ["write"] }, {}],
  ['token.claim["sub"] ?? "" == "u"', { claims: { sub: "u" } }, { claims: { sub: 1 } }, {}],
  ["has identity.error", { identityError: "expired" }, {}],
  ['now.hour("Europe/Rome") == 12', {}],
  ['now.weekday("UTC") is wed', {}],
  ["not (now in night)", {}],
  ["now in day", {}],
  ["query.count + 3 == 5", { path: "/a?b&c" }, { path: "/a?b" }],
  ["query.count - 3 == 0 - 1", { path: "/a?b&c" }, { path: "/a?b" }],
  ["query.count * 3 == 6", { path: "/a?b&c" }, { path: "/a?b" }],
  ["(depth ?? 1) + query.count == 5", { path: "/a?b&c", facts: { depth: 3 } }, { path: "/a?b&c" }],
  ["(depth ?? 1) - query.count == 1", { path: "/a?b&c", facts: { depth: 3 } }, { path: "/a?b&c" }],
  ["(depth ?? 1) * query.count == 6", { path: "/a?b&c", facts: { depth: 3 } }, { path: "/a?b&c" }],
  ["ratio(query.count, header.count) == 200%", { path: "/a?b&c", headers: { a: "" } }, { path: "/a?b&c" }],
  ["ratio(query.count, header.count) == 50%", { path: "/?a", headers: { a: "", b: "" } }, { path: "/?a&b&c&d" }],
  ["ratio(query.count, header.count) == 0%", { path: "/a?b&c" }, { path: "/a?b&c", headers: { a: "" } }],
  ['points[header["a"] ?? ""] == 2', header("a", "b"), header("a", "a"), {}],
  ['points[header["a"] ?? ""] == 9', header("a", "z"), header("a", "a")],
  ["by_number[depth ?? 0] + query.count == 1", { facts: { depth: 3 } }, { facts: { depth: 4 } }, {}],
  ["by_truth[sure ?? false] + query.count == 1", { facts: { sure: true } }, { facts: { sure: false } }, {}],
  ["by_truth[sure ?? false] + query.count == 2", { facts: { sure: false } }, { facts: { sure: true } }],
  ["by_address[ip] + query.count == 1", { ip: "10.0.0.1" }, { ip: "2001:db8::1" }, { ip: "10.0.0.2" }],
  ["by_address[ip] + query.count == 2", { ip: "2001:DB8:0::1" }, { ip: "10.0.0.1" }, { ip: "::2" }],
  ["by_network[ip.network] + query.count == 1", { ip: "10.0.0.9" }, { ip: "10.0.1.9" }],
  ['homes[header["a"] ?? ""] == ip', { ...header("a", "a"), ip: "10.0.0.1" }, { ...header("a", "a"), ip: "10.0.0.2" }],
  ['ip in nets[header["a"] ?? ""]', { ...header("a", "a"), ip: "10.1.1.1" }, { ...header("a", "b"), ip: "10.1.1.1" }],
  ['ip in nets[header["a"] ?? ""]', { ip: "11.1.1.1" }, { ...header("a", "a"), ip: "11.1.1.1" }],
  ['truths[header["a"] ?? ""]', header("a", "a"), header("a", "b"), {}],
  ["(origin ?? 10.0.0.1) == ip", { ip: "10.0.0.1" }, { ip: "10.0.0.1", facts: { origin: "10.0.0.2" } }],
  ["(origin ?? 10.0.0.1) == ip", { ip: "::1", facts: { origin: "::1" } }, { ip: "::1" }],
  ["ip in (home ?? 10.0.0.0/8)", { ip: "10.0.0.1" }, { ip: "10.0.0.1", facts: { home: "11.0.0.0/8" } }],
  ["ip in (home ?? 10.0.0.0/8)", { ip: "11.0.0.1", facts: { home: "11.0.0.0/8" } }, { ip: "11.0.0.1" }],
  ['has client and "read" in (token.scopes ?? client.scopes)', SHOP, { ...SHOP, scopes: ["write"] }, PLAIN],
  ["(credential.age ?? asked ?? 2s) == 2s", {}, { facts: { asked: "1s" } }, credential(null, NOW, null)],
  ["(credential.age ?? asked ?? 2s) == 1s", { facts: { asked: "1s" } }, {}, credential(null, NOW, null)],
  ["kind is small", { size: 9 }, { size: 10 }, { size: 101 }],
  ["kind is large", { size: 101 }, { size: 9 }, { size: 100 }],
  ["kind is middle", { size: 100 }, { size: 9 }, { size: 101 }],
  ["heat == 9", { ...header("a", "hot"), path: "/?a" }, header("a", "hot"), {}],
  ["seen == 1", {}],
  ["used(pace) == 0%", {}],
  ["on item and (total ?? 0) == 12", ITEM, { ...ITEM, body: { total: "12" } }, { ...ITEM, body: undefined }],
  ["on item and (lines ?? 0) == 2", ITEM, { ...ITEM, body: { items: [] } }],
  ["on item and (sum ?? 0) == 7", ITEM, { ...ITEM, body: { items: [{ price: 1 }] } }],
  ["query.count < header.count", { headers: { a: "" } }, {}, { path: "/?a" }],
  ["query.count <= header.count", {}, { path: "/?a" }],
  ["query.count > header.count", { path: "/?a" }, {}, header("a", "")],
  ["query.count >= header.count", {}, header("a", "")],
  ["query.count == header.count", {}, header("a", ""), { path: "/?a" }],
  ["query.count != header.count", header("a", ""), {}],
  ["5 < query.count + 3", { path: "/?a&b&c" }, { path: "/?a&b" }],
  ["2 <= query.count", { path: "/?a&b" }, { path: "/?a" }],
  ["2 > query.count", { path: "/?a" }, { path: "/?a&b" }],
  ["2 >= query.count", { path: "/?a&b" }, { path: "/?a&b&c" }],
  ["query.count < 2", { path: "/?a" }, { path: "/?a&b" }],
  ["query.count <= 2", { path: "/?a&b" }, { path: "/?a&b&c" }],
  ["query.count > 2", { path: "/?a&b&c" }, { path: "/?a&b" }],
  ["query.count >= 2", { path: "/?a&b" }, { path: "/?a" }],
  ["query.count != 2", { path: "/?a" }, { path: "/?a&b" }],
  ["evidence < signed_request", PLAIN, SHOP],
  ["evidence is static_secret", PLAIN, SHOP, {}],
  ['header["a"] ?? "x" == header["b"] ?? "y"', { headers: { a: "z", b: "z" } }, { headers: { a: "z" } }, {}],
  ['header["a"] ?? "x" != header["b"] ?? "x"', { headers: { a: "z" } }, {}, { headers: { a: "z", b: "z" } }],
  ['header["a"] ?? "" != "x"', {}, header("a", "x")],
  ['header["a"] ?? "" in ["x", "y"]', header("a", "y"), {}, header("a", "z")],
  ['header["a"] ?? "" not in ["x", "y"]', header("a", "z"), header("a", "x")],
  ['header["a"] ?? "" in names', header("a", "anna"), header("a", "x")],
  ["query.count in [1, 3]", { path: "/?a" }, { path: "/?a&b" }, {}],
  ["ip in [10.0.0.0/8, 192.0.2.1]", { ip: "10.9.9.9" }, { ip: "192.0.2.2" }, {}],
  ["ip in offices", { ip: "198.51.100.7" }, { ip: "198.51.101.7" }],
  ["ip != 10.0.0.1", {}, { ip: "10.0.0.1" }],
  ["ip.network == 10.0.0.0/24", { ip: "10.0.0.9" }, { ip: "10.0.1.9" }],
  ['has client and any of client.tags in ["eu", "us"]', SHOP, PLAIN, {}],
  ['has client and all of client.tags in ["us"]', PLAIN, SHOP, {}],
  ['has token.scopes and any of token.scopes in ["a", "b"]', { scopes: ["c", "b"] }, { scopes: ["c"] }, { scopes: [] }],
  ['has token.scopes and all of token.scopes in ["a", "b"]', { scopes: ["a", "b"] }, { scopes: ["a", "c"] }, {}],
  ["has token.scopes and any of token.scopes in names", { scopes: ["anna"] }, { scopes: ["c"] }],
  ["has token.scopes and all of token.scopes in names", { scopes: [] }, { scopes: ["anna", "c"] }],
  ['has token.scopes and "a" not in token.scopes', { scopes: ["b"] }, { scopes: ["a"] }],
  ['has client and any of client.tags in ["us", "eu"] and client.plan == "us"', TWO, SHOP],
  [
    "has client and has token.scopes and any of token.scopes in client.scopes",
    { ...SHOP, scopes: ["x", "read"] },
    SHOP,
  ],
  ["has client and has token.scopes and all of token.scopes in client.scopes", { ...PLAIN, scopes: [] }, PLAIN, SHOP],
  ["has client and client.plan in client.tags", TWO, SHOP, PLAIN],
  ["has client and any of client.networks in client.networks", SHOP, PLAIN],
  ["has client and all of client.networks in client.networks", SHOP, {}],
  ['client.plan == "us" and any of client.networks in client.networks', TWO, SHOP],
  ['client.plan == "us" and all of client.networks in client.networks', TWO, SHOP],
  ["has client and any of client.networks in offices", TWO, SHOP, PLAIN],
  ["has client and all of client.networks in offices", PLAIN, SHOP, TWO, {}],
  ["has client and any of client.networks in [203.0.0.0/8, 10.0.0.0/8]", SHOP, PLAIN],
  ["has client and all of client.networks in [203.0.0.0/8, 10.0.0.0/8]", SHOP, TWO, {}],
  ["has client and all of client.networks in [203.0.113.0/25]", PLAIN, SHOP, TWO],
  ["has client and ip in client.networks", SHOP, PLAIN, { ...SHOP, ip: "203.0.114.9" }, {}],
  ["has client and (origin ?? 10.0.0.1) in client.networks", { ...TWO, facts: { origin: "203.0.113.1" } }, TWO, PLAIN],
  ["has client and (home ?? 10.0.0.0/8) in client.networks", { ...TWO, facts: { home: "203.0.113.8/30" } }, TWO, PLAIN],
  ["has origin and origin == ip", { ip: "::1", facts: { origin: "::1" } }, { facts: { origin: "10.0.0.1" } }, {}],
  ["has origin and origin == 10.0.0.1", { facts: { origin: "10.0.0.1" } }, { facts: { origin: "10.0.0.2" } }, {}],
  [
    "has origin and origin in offices",
    { facts: { origin: "198.51.100.1" } },
    { facts: { origin: "198.51.101.1" } },
    {},
  ],
  ["has home and ip in home", { ip: "10.1.1.1", facts: { home: "10.0.0.0/8" } }, { facts: { home: "10.0.0.0/8" } }, {}],
  [
    "(home ?? 10.0.0.0/8) == ip.network",
    { ip: "10.1.1.1", facts: { home: "10.1.1.0/24" } },
    { ip: "10.1.1.1" },
    { ip: "10.1.1.1", facts: { home: "10.1.1.0/25" } },
  ],
  [
    "ip.network in (home ?? 11.0.0.0/8)",
    { ip: "10.1.1.1", facts: { home: "10.0.0.0/8" } },
    { ip: "10.1.1.1", facts: { home: "10.1.1.0/25" } },
    { ip: "10.1.1.1" },
  ],
  ['host contains "b"', { host: "abc" }, { host: "ac" }],
  ['host starts_with "ab"', { host: "abc" }, { host: "xabc" }],
  ['host ends_with "bc"', { host: "abc" }, { host: "abcx" }],
  ['host like "a*c"', { host: "abc" }, { host: "abcd" }],
  ["host matches /^a.c$/", { host: "abc" }, { host: "abbc" }],
  ["host matches /^A.C$/i", { host: "abc" }, { host: "abbc" }],
  ["has route and route in [order, item]", ORDER, {}],
  ["has route and route is not order", ITEM, ORDER, {}],
  ["method in [GET, PUT]", { method: "PUT" }, { method: "POST" }],
  ["kind in [small, large]", { size: 9 }, { size: 50 }],
  ["kind is not small", { size: 50 }, { size: 9 }],
  ["query.count > 0 and (header.count > 0 or body.size > 5B)", { path: "/?a", size: 6 }, { path: "/?a" }, { size: 6 }],
  ["not (query.count > 0 and header.count > 0)", { path: "/?a" }, { path: "/?a", headers: { a: "" } }],
  ["query.count > 0 or not (header.count == 0)", header("a", ""), {}],
  ["query.count > 0 and query.count > 0", { path: "/?a" }, {}],
  ["path.ambiguous == false", {}],
  [
    'points[header["a"] ?? ""] + query.count == 3',
    { ...header("a", "b"), path: "/?a" },
    { ...header("a", "a"), path: "/?a" },
  ],
  ['points[header["a"] ?? ""] + query.count == 10', { path: "/?a" }, { ...header("a", "a"), path: "/?a" }],
  ["seen + query.count == 2", { path: "/?a" }, {}],
  ["heat + query.count == 3", { path: "/?a" }, { ...header("a", "hot"), path: "/?a" }],
];

const policies = new Map<string, Policy>();

/** The policy of a condition, read once for both engines. */
function policyOf(condition: string): Policy {
  const policy = policies.get(condition) ?? readPolicy(condition);
  policies.set(condition, policy);
  return policy;
}

function readPolicy(condition: string): Policy {
  const [, on, when] = /^(?:on (\w+) and )?(.*)$/.exec(condition)!;
  const guard = when!.includes("client.") && !when!.startsWith("has client") ? `has client and ${when}` : when!;
  const text = `${HEAD}rule it ${on === undefined ? "" : `on ${on} `}when ${guard} then note "it"\n`;
  const { policy, diagnostics } = loadPolicyText(text, { "clients.yaml": CLIENTS });
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (policy === null) throw new Error(`${condition}: ${error?.message}`);
  return { ...policy, settings: { ...policy.settings, refusedCredentials: "pass" } };
}

const ALL: typeof ENGINES = [
  ...ENGINES,
  { name: "compiled, and no step generated", make: (policy) => createEngine(policy, { generate: false }) },
];

describe.each(ALL)("$name", ({ make }) => {
  /** What is matched by each of several requests, one after the other. */
  const matches = (text: string, requests: readonly Partial<Request>[]): readonly string[] => {
    const { policy } = loadPolicyText(`${HEAD}${text}`, { "clients.yaml": CLIENTS });
    const engine = make(policy!);
    return requests.map((fields) => engine.decide(makeRequest(fields), NOW).toDecision().matched.join());
  };

  test("a class and a truth are keys by what they are", () => {
    const [small, large, middle] = [{ size: 1 }, { size: 200 }, { size: 50 }];
    const byKind = 'signal of_kind = count per kind over 1m\nrule again when of_kind == 2 then note "again"\n';
    expect(matches(byKind, [small, large, middle, large, small, middle])).toEqual([
      "",
      "",
      "",
      "again",
      "again",
      "again",
    ]);
    const byTruth =
      'let many = query.count > 1\nsignal of_many = count per many over 1m\nrule again when of_many == 2 then note "again"\n';
    const [few, lots] = [{ path: "/?a" }, { path: "/?a&b&c" }];
    expect(matches(byTruth, [few, lots, { path: "/" }, { path: "/?a&b" }])).toEqual(["", "", "again", "again"]);
  });

  test("a word of a table is a value", () => {
    const text = `table team : string -> string = { "x": "t", "y": "t" } else "u"
signal teams = distinct(team[header["a"] ?? ""]) per ip over 1m
rule several when teams > 1 then note "several"
`;
    const requests = ["x", "y", "z", "x"].map((value) => header("a", value));
    expect(matches(text, requests)).toEqual(["", "", "several", "several"]);
  });

  test("many tests of one text hold each by itself, whatever was found of the others", () => {
    const numbers = Array.from({ length: 12 }, (_, index) => index + 10);
    const tests: readonly (readonly [condition: string, holds: (text: string) => boolean])[] = numbers.flatMap((n) => [
      [`contains "w${n}"`, (text) => text.includes(`w${n}`)],
      [`like "*g${n}*z"`, (text) => new RegExp(`g${n}.*z$`).test(text)],
      [`matches /m${n}+x/`, (text) => new RegExp(`m${n}+x`).test(text)],
    ]);
    const rules = tests.map(
      ([condition], at) => `rule t${at} when has header["a"] and not (header["a"] ${condition}) then note "${at}"`,
    );
    const texts = ["w10 w21 g12..z", "w15 g15 m155x", "g21z", "m1x m21x", "z", ""];
    const expected = texts.map((text) => tests.flatMap(([, holds], at) => (holds(text) ? [] : [`t${at}`])).join());
    const asked = [...texts.map((text) => header("a", text)), {}, header("a", texts[0]!)];
    expect(matches(rules.join("\n"), asked)).toEqual([...expected, "", expected[0]]);
  });

  test("a limit has used what it has let through", () => {
    const text = 'rule busy when used(pace) == 25% then note "busy"\n';
    expect(matches(text, [{}, {}, {}, { ip: "10.0.0.1" }])).toEqual(["", "busy", "", ""]);
  });

  test("a client's own rate is taken, and the policy's for who has none", () => {
    const allowed = (fields: Partial<Request>, rate: string): number => {
      const { policy, diagnostics } = loadPolicyText(
        `${HEAD}limit own per ip allow ${rate}\n`.replace("4 per 1m", "900 per 1m"),
        {
          "clients.yaml": CLIENTS,
        },
      );
      expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
      const engine = make(policy!);
      let passed = 0;
      while (passed < 300 && engine.decide(makeRequest(fields), NOW).toDecision().verdict === "allow") passed++;
      return passed;
    };
    for (const rate of ["client.rate ?? 3 per 1m", "client.rate ?? 3 per 1m exact"])
      expect([SHOP, PLAIN, {}].map((fields) => allowed(fields, rate))).toEqual([100, 3, 3]);
    expect(allowed(SHOP, "7 per 1m exact")).toBe(7);
  });
});

describe.each(ENGINES)("$name", ({ make }) => {
  test.each(CASES.map(([condition, ...requests]) => [condition, requests] as const))("%s", (condition, requests) => {
    const policy = policyOf(condition);
    const isMet = (fields: Partial<Request>): boolean =>
      make(policy).decide(makeRequest(fields), NOW).toDecision().matched.includes("it");
    expect(requests.map(isMet)).toEqual(requests.map((_, index) => index === 0));
  });
});

/**
 * One small policy for each thing that a decision can read, count or charge: every attribute in a condition and, where it can be one, in
 * a key; every aggregate; every amount; every action. What a decision of it allocates is then that thing's own.
 */
import { loadPolicyText } from "../../dsl/index.ts";
import type { Client, Outcome, Policy, Request } from "../../engine/index.ts";
import { makeOutcome, makeRequest } from "../../engine/index.ts";
import { client } from "./generators-vocabulary.ts";

/** A policy to be measured, by the name of what it is about. */
export interface AllocationCase {
  readonly name: string;
  readonly policy: Policy;
  /** What its requests differ in from those of the other cases. */
  readonly unlike: Partial<Request>;
}

/** What all policies declare; what is not read costs nothing. */
const HEAD = `policy "p" { default allow }
identity { jwt "https://id.example" { audience "a" keys "https://id.example/keys.json" claims { org: string from "org.name", level: int, home: ip } } }
route order = GET "/v1/orders/{id}"
route login = POST "/v1/login" { body { username: string, amount: int from "order.amount", flag: bool, weight: number, home: ip from "home", pieces: int from sum "lines[].quantity", largest: number from max "lines[].price" } }
route graph = POST "/graphql" { body graphql }
route checkout = POST "/v1/checkout"
list office : network = [198.51.100.0/24, 2001:db8:40::/48]
list names : string = ["anna", "bert", "carl"]
fact tier : string from header "x-tier"
fact score : int from header "x-score"
fact ratio_of : number from header "x-ratio"
fact load : percent from header "x-load"
fact bot : bool from header "x-bot"
fact wait : duration from header "x-wait"
fact weight_of : size from header "x-weight"
fact seen : time from header "x-seen"
fact origin : ip from header "x-origin"
fact site : network from header "x-site"
fact page : path from header "x-page"
class grade = gold when has client and client.plan == "gold", silver when has client, else bronze
table points : string -> int = { "anna": 1, "bert": 2 } else 0
table owners : ip -> string = { 203.0.113.9: "a", 198.51.100.7: "b" } else "c"
window night = daily 22:00 to 06:00 "Europe/Rome"
window maintenance = weekly sun 02:00 to 04:30 "Europe/Rome"
window once = from 2026-01-01 to 2026-01-02
`;

/** Conditions by the attribute that they read, of every way to read it. */
const CONDITIONS: Readonly<Record<string, string>> = {
  method: "method is POST",
  host: `host == "b.example.com"`,
  "host ends_with": `host ends_with ".example.org"`,
  path: `path == "/v2/x"`,
  "path.raw": `path.raw contains "/admin"`,
  "path.with_query": `path.with_query contains "/admin"`,
  "query.raw": `query.raw contains "zz"`,
  "path.ambiguous": "path.ambiguous",
  route: "has route and route is login and method is PUT",
  parameter: `id ?? "" == "8"`,
  "query value": `query["q"] ?? "" == "b"`,
  "query value, encoded": `query["e"] ?? "" == "b"`,
  "cookie value": `cookie["sid"] ?? "" == "b"`,
  header: `header["x-a"] ?? "" == "b"`,
  "header in list": `header["x-a"] ?? "" in names`,
  "header starts_with": `header["x-a"] ?? "" starts_with "zz"`,
  "header contains": `header["user-agent"] ?? "" contains "curl"`,
  "header like": `header["user-agent"] ?? "" like "*bot*1"`,
  "header matches": `header["user-agent"] ?? "" matches /^(curl|python-requests)\\/[0-9]+/i`,
  "query.count": "query.count > 9",
  "header.count": "header.count > 99",
  "body.size": "body.size > 1MB",
  ip: "ip == 203.0.113.77",
  "ip in list": "ip in office",
  "ip.network": "ip.network in office",
  "ip.asn": "ip.asn ?? 0 == 7",
  "ip.country": `ip.country ?? "" == "FR"`,
  "tls.ja4": `tls.ja4 ?? "" == "t"`,
  "has client": "no client and method is PUT",
  "client.id": `has client and client.id == "z"`,
  "client.kind": "has client and client.kind is job",
  "client.status": "has client and client.status is quarantined",
  "client.owner": `has client and client.owner.team == "none"`,
  "client.environment": `has client and client.environment == "test"`,
  "client.plan": `has client and client.plan == "none"`,
  "client.tags": `has client and "none" in client.tags`,
  "client.tags, any of": `has client and any of client.tags in names`,
  "client.scopes, all of": `has client and all of client.scopes in names`,
  "client.networks": "has client and ip in client.networks and method is PUT",
  "client.expires": "has client and has client.expires and client.expires < now",
  "client.labels": `has client and client.labels["vendor"] ?? "" == "none"`,
  "client.expect": `has client and client.expect["ids"] ?? 0 > 9`,
  evidence: "evidence >= bound_token",
  "identity.error": "has identity.error and method is PUT",
  "credential.id": `credential.id ?? "" == "none"`,
  "credential.age": "credential.age ?? 0s > 30d",
  "credential.expires_in": "credential.expires_in ?? 0s > 90d",
  "token.scopes": `has token.scopes and "none" in token.scopes`,
  "token.claim": `token.claim["tenant"] ?? "" == "none"`,
  "token.field, string": `token.org ?? "" == "none"`,
  "token.field, int": "token.level ?? 0 > 9",
  "token.field, ip": "token.home ?? 0.0.0.0 in office",
  granted: "has client and not granted",
  now: "now > 2030-01-01",
  "now.hour": `now.hour("Europe/Rome") > 99`,
  "now.weekday": `now.weekday("Europe/Rome") is sun and method is PUT`,
  "now in, daily": "now in night and method is PUT",
  "now in, weekly": "now in maintenance and method is PUT",
  "now in, once": "now in once and method is PUT",
  "body, string": `username ?? "" == "none"`,
  "body, int": "amount ?? 0 > 999",
  "body, bool": "flag ?? false and method is PUT",
  "body, number": "weight ?? 0 > 9",
  "body, ip": "home ?? 0.0.0.0 in office",
  "body, sum": "pieces ?? 0 > 999",
  "body, max": "largest ?? 0 > 999",
  "graphql depth": "depth ?? 0 > 20",
  "graphql operation": `operation ?? "" == "none"`,
  "fact, string": `tier ?? "" == "none"`,
  "fact, int as text": "score ?? 0 > 99",
  "fact, number as text": "ratio_of ?? 0 > 99",
  "fact, percent as text": "load ?? 0% > 99%",
  "fact, bool": "bot ?? false and method is PUT",
  "fact, duration as text": "wait ?? 0s > 9h",
  "fact, size as text": "weight_of ?? 0B > 9GB",
  "fact, time as text": "seen ?? 2026-01-01 > 2030-01-01",
  "fact, ip": "origin ?? 0.0.0.0 in office",
  "fact, network": "site ?? 0.0.0.0/32 in office",
  "fact, path": `page ?? "/" == "/none"`,
  class: "grade is gold and method is PUT",
  "table of texts": `points[header["x-a"] ?? ""] > 9`,
  "table of addresses": `owners[ip] == "none"`,
  arithmetic: "query.count * 3 + header.count - 2 > 999",
};

/** Parts of a key, by what is read. */
const KEYS: Readonly<Record<string, string>> = {
  ip: "ip",
  "ip.network": "ip.network",
  host: "host",
  path: "path",
  "path.raw": "path.raw",
  "path.with_query": "path.with_query",
  "query.raw": "query.raw",
  parameter: "id else skip",
  "query value": `query["q"] else skip`,
  "cookie value": `cookie["sid"] else skip`,
  header: `header["x-a"] else skip`,
  method: "method",
  "client else ip.network": "client else ip.network",
  "body, string": "username else skip",
  "token.claim": `token.claim["tenant"] else skip`,
  "fact, ip": "origin else skip",
  class: "grade",
  "four parts": `ip, host, method, header["x-a"] else skip`,
};

const SIGNALS: Readonly<Record<string, string>> = {
  count: "count per ip over 10m",
  "count, response": "count where response.status in [401, 403] per ip over 10m",
  "count, served": "count where served per ip over 10m",
  sum: "sum(body.size) per ip over 10m",
  max: "max(body.size) per ip over 10m",
  "distinct of texts": `distinct(header["x-a"] ?? "") per ip over 10m`,
  "distinct of many texts": `distinct(header["x-many"] ?? "") per host over 10m`,
  "distinct of addresses": "distinct(ip) per host over 10m",
  share: "share(method is POST) per ip over 10m",
  steps: "steps(id) on order per ip over 10m",
  deviation: "deviation per ip over 1m against 1h",
  interval: "interval per ip over 10m",
  novel: "novel(ip.network) per client else skip over 1h",
  elapsed: "elapsed(login) per ip over 10m",
  overflow: "overflow(1 per 10s burst 5) per ip over 1m",
  "overflow of values": `overflow(1 per 10s burst 5, header["x-a"] ?? "") per ip over 1m`,
};

/** How the reading of an aggregate that is no number of events is compared. */
const ASKED: Readonly<Record<string, string>> = {
  sum: "s > 9GB",
  max: "s > 9GB",
  share: "s > 100%",
  steps: "s > 100%",
  interval: "s > 99d",
  elapsed: "s > 99d",
  novel: "s and method is PUT",
  overflow: "s and method is PUT",
  "overflow of values": "s and method is PUT",
};

const LIMITS: Readonly<Record<string, string>> = {
  gcra: "per ip allow 5 per 1s burst 20",
  "gcra of the client": "per client else ip.network allow client.rate ?? 5 per 1s burst 20",
  "gcra with a cost": "per ip allow 10MB per 1m cost body.size",
  "gcra, slow": "per ip allow 5 per 1s burst 20 otherwise slow up to 2s",
  exact: "per ip allow 10 per 1s exact",
  "exact, of the client": "per client else ip.network allow client.rate ?? 10 per 1s exact",
  "per hour": `per ip allow 1_000 per hour "Europe/Rome"`,
  "per day": `per ip allow 1_000 per day "Europe/Rome"`,
  "per month": `per ip allow 1_000 per month "Europe/Rome"`,
  "at once": "per ip allow 32 at once",
  refund: "per ip allow 5 per 1s burst 20 refund when response.status >= 500",
};

const RULES: Readonly<Record<string, string>> = {
  "used of a limit": 'limit l per ip allow 5 per 1s burst 20\nrule r when used(l) > 90% then note "n"',
  score:
    "signal s = count per ip over 10m\nscore risk { +40 when s > 3 -5 when method is POST }\nrule r when risk > 90 then block",
  ratio:
    "signal s = count per ip over 10m\nsignal t = count on login per ip over 10m\nrule r when ratio(t, s) > 99% then block",
  ban: "rule r when method is POST then block for 10s per ip",
  "ban that doubles": "rule r when method is POST then block for 10s doubling to 1m per ip",
  slow: "rule r when method is POST then slow 500ms",
  challenge: "rule r when method is POST then challenge pow",
  throttle: "rule r when method is POST then throttle retry after 3s",
  exempt: "rule r when method is POST then block\nrule e when ip in office or method is POST then exempt from r",
  canary: "rule r when method is POST then block\nrollout { r canary 50% per ip }",
  shadow:
    "rule r when method is POST then block\nlimit l per ip allow 1 per 1s\nrollout { r shadow l shadow until 2030-01-01 }",
};

function policyOf(name: string, text: string): Policy {
  const { policy, diagnostics } = loadPolicyText(`${HEAD}${text}\n`);
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (policy === null) throw new Error(`${name}: ${error?.message ?? ""}`);
  return { ...policy, clients: CLIENTS };
}

const CLIENTS: readonly Client[] = [
  client("acme", {
    kind: "partner",
    plan: "gold",
    rate: { allow: 50, perMicros: 1_000_000, burst: 100 },
    scopes: ["orders:read"],
    networks: ["203.0.113.0/24", "2001:db8::/32"],
    tags: ["external", "eu"],
    labels: { vendor: "acme" },
    expect: { ids: 5 },
    expires: Date.UTC(2030, 0, 1) * 1_000,
  }),
];

/** All cases, in the order in which they are measured. */
export function allocationCases(): readonly AllocationCase[] {
  const of = (group: string, texts: Readonly<Record<string, string>>, wrap: (text: string, name: string) => string) =>
    Object.entries(texts).map(([name, text]) => {
      const full = `${group}: ${name}`;
      return { name: full, policy: policyOf(full, wrap(text, name)), unlike: UNLIKE[full] ?? {} };
    });
  return [
    ...of(
      "request",
      Object.fromEntries(Object.keys(UNLIKE).map((name) => [name.replace("request: ", ""), ""])),
      () => `signal s = count per host, path over 10m\nrule r when s > 9_000_000 then block`,
    ),
    ...of("condition", { none: "method is PUT", ...CONDITIONS }, (text) => `rule r when ${text} then block 451`),
    ...of("key", KEYS, (text) => `signal s = count per ${text} over 10m\nrule r when s > 9_000_000 then block`),
    ...of(
      "signal",
      SIGNALS,
      (text, name) => `signal s = ${text}\nrule r when ${ASKED[name] ?? "s > 9_000_000"} then block`,
    ),
    ...of("limit", LIMITS, (text) => `limit l ${text}`),
    ...of("rule", RULES, (text) => text),
  ];
}

/** Cases that are about what no usual request has. */
const UNLIKE: Readonly<Record<string, Partial<Request>>> = {
  "request: path with escapes": { path: "/v1/./check%6fut" },
  "request: path with dots": { path: "/v1/x/../checkout" },
  "request: path that is ambiguous": { path: "/v1/check%2fout" },
  "request: identity that is refused": { client: null, identityError: "expired" },
  "request: client from elsewhere": { ip: "198.51.100.9" },
  "request: host with capitals": { host: "API.example.com:8443" },
  "request: address in IPv6 form": { ip: "::ffff:203.0.113.9" },
};

/** One policy that reads, counts and charges all of it; a label tells of each condition that holds. */
export function everyReading(): Policy {
  const lines = (
    texts: Readonly<Record<string, string>>,
    line: (text: string, index: number, name: string) => string,
  ) => Object.entries(texts).map(([name, text], index) => line(text, index, name));
  return policyOf(
    "every reading",
    [
      ...lines(CONDITIONS, (text, index, name) => `rule c${index} when ${text} then note "${name}"`),
      ...lines(
        KEYS,
        (text, index) =>
          `signal k${index} = count per ${text} over 10m\nrule rk${index} when k${index} > 1 then note "k${index}"`,
      ),
      ...lines(
        SIGNALS,
        (text, index, name) =>
          `signal s${index} = ${text}\nrule rs${index} when ${(ASKED[name] ?? "s > 1").replace(/\bs\b/, `s${index}`)} then note "s${index}"`,
      ),
      ...lines(LIMITS, (text, index) => `limit l${index} ${text}`),
    ].join("\n"),
  );
}

const KINDS = 4;

/** Requests that have all that any of the policies reads, of addresses of both kinds; the paths, cookies and queries differ. */
export function allocationRequests(count: number, unlike: Partial<Request> = {}): readonly Request[] {
  return Array.from({ length: count }, (_, index) => {
    const ip = index % 3 === 0 ? `2001:db8::${(index % 16).toString(16)}` : `203.0.113.${index % 16}`;
    return makeRequest({ ...callOf(index), ...FIXED, ip, headers: { ...HEADERS, "x-many": `v${index}` }, ...unlike });
  });
}

function callOf(index: number): Partial<Request> {
  const query = `?q=a${index % 8}&e=%61%20b&z=1`;
  switch (index % KINDS) {
    case 0:
      return { method: "GET", path: `/v1/orders/${index}${query}` };
    case 1:
      return { method: "POST", path: `/v1/login${query}`, body: BODY };
    case 2:
      return { method: "POST", path: "/graphql", body: GRAPHQL };
    default:
      return { method: "POST", path: `/v1/checkout${query}` };
  }
}

const BODY = {
  username: "user-7",
  order: { amount: 7 },
  flag: true,
  weight: 0.5,
  home: "203.0.113.9",
  lines: [
    { quantity: 1, price: 2.5 },
    { quantity: 2, price: 7.5 },
  ],
};
const GRAPHQL = { query: "query orders { a { b c: d } e }", operationName: "orders" };
const HEADERS = {
  "user-agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0",
  accept: "application/json",
  cookie: "theme=dark; sid=s3cr3t; lang=it",
  "x-a": "value-7",
};
const FIXED: Partial<Request> = {
  host: "api.example.com",
  size: 300,
  asn: 64_500,
  country: "IT",
  ja4: "t13d1516h2_8daaf6152771_b186095e22b6",
  client: "acme",
  evidence: "bearer_token",
  scopes: ["orders:read", "orders:write"],
  claims: { iss: "https://id.example", tenant: "t1", org: { name: "acme" }, level: 3, home: "203.0.113.9" },
  credential: { id: "k1", issued: Date.UTC(2025, 11, 1) * 1_000, expires: Date.UTC(2026, 1, 1) * 1_000 },
  facts: {
    tier: "a",
    score: "10",
    ratio_of: "1.5",
    load: "60%",
    bot: true,
    wait: "35ms",
    weight_of: "64KB",
    seen: "2026-01-01T00:00:01.5Z",
    origin: "203.0.113.9",
    site: "203.0.113.0/24",
    page: "/v1/orders/7",
  },
};

/** What the service answers. */
export const ALLOCATION_OUTCOMES: readonly Outcome[] = [makeOutcome(200), makeOutcome(401), makeOutcome(503)];

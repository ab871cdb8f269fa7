/**
 * The small world that generated policies and requests share, so that they meet: a handful of values of each type, most of
 * them at somebody's edge (separators inside keys, IPv4-mapped addresses, empty text, values that differ in one letter).
 */
import type { Client, Credential, Evidence, Method, Rate, Route, Segment, Span } from "../../engine/index.ts";

/** Where generated declarations claim to stand. */
export const SPAN: Span = { file: 0, start: 0, end: 0 };

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** 2026-01-01T00:00:00Z in microseconds. */
export const EPOCH: number = 1_767_225_600 * SECOND;

export const METHOD_TEXTS: readonly string[] = ["GET", "GET", "POST", "PUT", "PROPFIND", "get"];
export const HOSTS: readonly string[] = ["api.example.com", "API.Example.com:8443", "b.example.com", "example.org", ""];
export const HOST_LITERALS: readonly string[] = ["api.example.com", "b.example.com", "example", ".com", ""];

const MANY_PATHS_SEEN = ["/v1/x", "/v1/x/y", "/v1/x/yy", "/w/x", "/v1/orders/8", "/v1/orders/77", "/v1/orders/778"];

export const PATHS: readonly string[] = [
  "/v1/orders/7",
  "/v1/login",
  "/v1/orders",
  "/v1/orders/export",
  "/m/a|b/c",
  "/m/a/b|c",
  "/",
  "/v1/a/list",
  "/v1/%6frders/./7",
  "/v1/orders/",
  "/other/deep/er",
  "/v1//orders///7/",
  "/v1/a%2fb",
  "/v1/%c3(",
  "/v1/a%20b",
  ...MANY_PATHS_SEEN,
];
export const PATH_LITERALS: readonly string[] = ["/v1/orders/7", "/v1/login", "/", "/v1/orders", "/v1/", "/m/a/b|c"];
export const QUERIES: readonly string[] = ["", "?q=a", "?q=&b=1", "?q=b&q=a&c", "?z=%61|b&q=a%7cb", "?"];

export const TEXTS: readonly string[] = ["a", "b", "", "ab", "a|b", "b|c", "c", "A", '","', "7", "203.0.113.9"];
/** Many texts that share beginnings and ends, for policies of many rules. */
export const MANY_TEXTS: readonly string[] = ["v", "v1", "v12", "v123", "1v", "12v", "vv"].flatMap((text) => [
  text,
  `${text}/x`,
  `x/${text}`,
  `${text}z`,
]);
export const MANY_PATHS: readonly string[] = [
  "/v1",
  "/v1/x",
  "/v1/x/y",
  "/v1/xy",
  "/w",
  "/w/x",
  "/v1/x/y/z",
  "/v1/orders/8",
  "/v1/orders/77",
];
export const MANY_NETWORKS: readonly string[] = [
  "203.0.112.0/20",
  "203.0.113.128/25",
  "203.0.113.64/26",
  "203.0.113.8/29",
  "203.0.113.10/32",
  "128.0.0.0/1",
  "2001:db8:0:1::/64",
  "2001:db8::1/128",
  "2001:d00::/24",
  "::/0",
];
export const MANY_NUMBERS: readonly number[] = [-1, 3, 4, 5, 7, 8, 9, 11, 16, 20, 50, 99, 100, 1_023];

export const IPS: readonly string[] = [
  "203.0.113.9",
  "203.0.113.10",
  "::ffff:203.0.113.9",
  "198.51.100.7",
  "2001:db8::1",
  "2001:0DB8:0:0:0:0:0:0001",
  "2001:db8:0:1::1",
  "10.1.2.3",
  "203.0.113.70",
  "203.0.113.200",
  "203.0.120.1",
  "2001:db8:5::1",
];
/** What a careless transport might hand on as an address. */
export const NO_IPS: readonly string[] = ["", "unknown", "203.0.113.256"];
export const IP_LITERALS: readonly string[] = ["203.0.113.9", "2001:db8::1", "198.51.100.7"];
export const NETWORKS: readonly string[] = [
  "203.0.113.0/24",
  "203.0.0.0/16",
  "203.0.113.8/31",
  "198.51.0.0/16",
  "2001:db8::/64",
  "2001:db8::/32",
  "0.0.0.0/0",
  "203.0.113.9/32",
];
export const COUNTRIES: readonly string[] = ["IT", "FR"];
export const ERRORS: readonly string[] = ["expired", "bad_signature", "suspended"];
export const SCOPES: readonly string[] = ["orders:read", "orders:write", "admin"];
export const TAGS: readonly string[] = ["external", "eu", "trial"];
export const STATUSES: readonly string[] = [
  ...Array.from({ length: 8 }, () => "active"),
  "quarantined",
  "quarantined",
  "suspended",
  "revoked",
  "proposed",
];
export const ZONES: readonly string[] = ["Europe/Rome", "UTC", "America/New_York"];
export const WEEKDAYS: readonly string[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** Windows of signals, among them ones that 16 does not divide. */
export const WINDOWS: readonly number[] = [SECOND, 10 * SECOND, MINUTE, 7_000, HOUR, 16 * SECOND, 7 * 24 * HOUR];
export const BAN_LENGTHS: readonly number[] = [SECOND, 10 * SECOND, MINUTE, HOUR];
export const DELAYS: readonly number[] = [200_000, SECOND, 3 * SECOND];
/** How long limits may hold a request; long enough to wait for the slow rates below. */
export const WAITS: readonly number[] = [SECOND, 5 * SECOND, MINUTE, HOUR];

/** Rates whose time per unit is whole, a fraction, below a microsecond, and long. */
export const RATES: readonly Rate[] = [
  { allow: 1, perMicros: SECOND, burst: 1 },
  { allow: 3, perMicros: SECOND, burst: 3 },
  { allow: 2, perMicros: 10 * SECOND, burst: 2 },
  { allow: 7, perMicros: 10 * SECOND, burst: 2 },
  { allow: 10, perMicros: MINUTE, burst: 12 },
  { allow: 3, perMicros: 7_000, burst: 4 },
  { allow: 3_000_001, perMicros: SECOND, burst: 5 },
  { allow: 1, perMicros: HOUR, burst: 3 },
  { allow: 1_000_000, perMicros: 7 * 24 * HOUR, burst: 1_000_000 },
];

/** Steps between requests: none, edges of the windows and rates above, and back. */
export const GAPS: readonly number[] = [
  0,
  0,
  0,
  1,
  62_500,
  333_333,
  333_334,
  SECOND - 1,
  SECOND,
  SECOND + 1,
  -1,
  -5 * SECOND,
  625_000,
  7_000,
  438,
  10 * SECOND,
  16 * SECOND,
  17 * SECOND,
  MINUTE,
  HOUR,
  7 * 24 * HOUR,
];

export const STARTS: readonly number[] = [EPOCH, EPOCH + 1, 0, 2 ** 52 - 1];

function segments(pattern: string): Segment[] {
  return pattern
    .slice(1)
    .split("/")
    .map((text): Segment => {
      if (text === "**") return { kind: "rest" };
      return text.startsWith("{") ? { kind: "parameter", name: text.slice(1, -1) } : { kind: "literal", text };
    });
}

interface RouteOptions {
  readonly host?: string;
  readonly scopes?: readonly string[];
  readonly minEvidence?: Evidence;
  readonly body?: boolean;
}

const BODY: Route["body"] = [
  { name: "username", type: "string", path: ["username"], fold: null, reader: "json" },
  { name: "amount", type: "int", path: ["order", "amount"], fold: null, reader: "json" },
  { name: "flag", type: "bool", path: ["flag"], fold: null, reader: "json" },
  { name: "weight", type: "number", path: ["weight"], fold: null, reader: "json" },
];

function route(name: string, methods: readonly Method[], pattern: string, options: RouteOptions = {}): Route {
  return {
    name,
    doc: "",
    span: SPAN,
    methods,
    host: options.host ?? null,
    segments: segments(pattern),
    scopes: options.scopes ?? [],
    minEvidence: options.minEvidence ?? null,
    body: options.body ? BODY : [],
  };
}

/** Routes of which no two tie, of every kind of segment and host. */
export const ROUTES: readonly Route[] = [
  route("order", ["GET"], "/v1/orders/{id}", { scopes: ["orders:read"] }),
  route("login", ["POST", "GET"], "/v1/login", { body: true }),
  route("orders", ["GET", "POST", "PUT"], "/v1/orders", { scopes: ["orders:read", "orders:write"], body: true }),
  route("export", ["GET"], "/v1/orders/export", { minEvidence: "bearer_token" }),
  route("member", ["GET", "POST"], "/m/{org}/{name}"),
  route("anything", ["GET", "other"], "/**"),
  route("version_one", ["GET", "POST"], "/v1/**"),
  route("listed", ["GET"], "/v1/{shop}/list", { host: "*.example.com" }),
  route("api_order", ["GET"], "/v1/orders/{id}", { host: "api.example.com", body: true }),
  route("root", ["GET"], "/"),
  route("folder", ["GET"], "/v1/orders/"),
];

/** Path parameters and body fields that routes above declare. */
export const PARAMETERS: readonly string[] = ["id", "org", "name", "shop"];

export const BODIES: readonly unknown[] = [
  undefined,
  { username: "a", order: { amount: 1 }, flag: true, weight: 0.5 },
  { username: "b", order: { amount: 2 } },
  { username: "a|b", order: { amount: 10 }, flag: false, weight: -0 },
  { username: 7, order: "amount", flag: "true", weight: "1" },
  { username: null, order: { amount: 1.5 }, weight: 1e300 },
  { username: true, order: { amount: true }, flag: 1, weight: false },
  { username: ["a"], order: [{ amount: 1 }], flag: 0, weight: null },
  ["username"],
  "username",
  { username: "", order: { amount: -0 }, weight: 10 },
  ...MANY_NUMBERS.map((amount, index) => ({ username: MANY_TEXTS[index], order: { amount }, weight: amount / 2 })),
];

/** An inventory client of the world with its variable parts. */
export function client(id: string, parts: Partial<Client>): Client {
  return {
    id,
    kind: "service",
    purpose: "generated",
    owner: { team: "core", accountable: null },
    environment: "prod",
    status: "active",
    plan: "basic",
    expires: null,
    reviewBy: null,
    rate: null,
    operations: ["*"],
    scopes: [],
    networks: [],
    tags: [],
    labels: {},
    expect: {},
    credentials: [] as readonly Credential[],
    ...parts,
  };
}

export const CLIENT_IDS: readonly string[] = ["acme", "night", "a|b"];

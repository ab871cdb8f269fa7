/**
 * The small world that generated policies and requests share, so that they meet: a handful of values of each type, most of
 * them at somebody's edge (separators inside keys, IPv4-mapped addresses, empty text, values that differ in one letter).
 */
import type {
  Client,
  Credential,
  Evidence,
  Fact,
  IdentitySource,
  Method,
  Rate,
  Route,
  ScalarType,
  ScalarValue,
  Segment,
  Span,
  Table,
  Window,
} from "../../engine/index.ts";

/** Where generated declarations claim to stand. */
export const SPAN: Span = { file: 0, start: 0, end: 0 };

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** 2026-01-01T00:00:00Z in microseconds. */
export const EPOCH: number = 1_767_225_600 * SECOND;

export const METHOD_TEXTS: readonly string[] = ["GET", "GET", "POST", "PUT", "PROPFIND", "get"];
export const HOSTS: readonly string[] = [
  "api.example.com",
  "API.Example.com:8443",
  "b.example.com.",
  "example.org",
  "",
];
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
  "/graphql",
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
/** Lord Howe's clock goes by half hours to and from summer time. */
export const ZONES: readonly string[] = ["Europe/Rome", "UTC", "America/New_York", "Australia/Lord_Howe"];
export const WEEKDAYS: readonly string[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** Windows of signals, among them ones that 16 does not divide. */
export const WINDOWS: readonly number[] = [SECOND, 10 * SECOND, MINUTE, 7_000, HOUR, 16 * SECOND, 7 * 24 * HOUR];
export const BAN_LENGTHS: readonly number[] = [SECOND, 10 * SECOND, MINUTE, HOUR];
export const DELAYS: readonly number[] = [200_000, SECOND, 3 * SECOND];
/** How long limits may hold a request; long enough to wait for the slow rates below. */
export const WAITS: readonly number[] = [SECOND, 5 * SECOND, MINUTE, HOUR];
/** How long quotas of calendar units may. */
export const LONG_WAITS: readonly number[] = [SECOND, HOUR, 24 * HOUR, 31 * 24 * HOUR];

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

/** Rates of sliding logs; more than a log can hold comes from clients. */
export const EXACT_RATES: readonly Rate[] = [
  { allow: 1, perMicros: SECOND, burst: 1 },
  { allow: 3, perMicros: SECOND, burst: 3 },
  { allow: 2, perMicros: 10 * SECOND, burst: 2 },
  { allow: 5, perMicros: 7_000, burst: 5 },
  { allow: 4, perMicros: MINUTE, burst: 9 },
  { allow: 1_024, perMicros: HOUR, burst: 1 },
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

/** Just before clocks go back or forth, and before months end, in some zone. */
export const CALENDAR_STARTS: readonly number[] = [
  "2026-03-29T00:59:59.5Z",
  "2026-10-25T00:29:59.5Z",
  "2026-10-25T00:59:59.5Z",
  "2026-04-04T14:59:59.5Z",
  "2026-10-03T15:29:59.5Z",
  "2026-11-01T05:59:59.5Z",
  "2026-01-31T22:59:59.5Z",
  "2026-02-28T12:59:59.5Z",
  "2027-12-31T23:59:58.5Z",
].map((text) => Date.parse(text) * 1_000);

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
  readonly body?: true | Route["body"];
}

type BodyField = Route["body"][number];

function field(name: string, type: ScalarType, path: readonly string[], fold: BodyField["fold"] = null): BodyField {
  return { name, type, path, fold, reader: "json" };
}

const FOLDS: Route["body"] = [
  field("quantity", "int", ["lines", "[]", "quantity"], "sum"),
  field("largest", "number", ["lines", "[]", "price"], "max"),
  field("lines", "int", ["lines", "[]"], "count"),
  field("labels", "int", ["lines", "[]", "labels", "[]"], "count"),
];

const BODY: Route["body"] = [
  field("username", "string", ["username"]),
  field("amount", "int", ["order", "amount"]),
  field("flag", "bool", ["flag"]),
  field("weight", "number", ["weight"]),
  ...FOLDS,
];

const GRAPHQL_BODY: Route["body"] = [
  { name: "operation", type: "string", path: [], fold: null, reader: "graphql" },
  { name: "depth", type: "int", path: [], fold: null, reader: "graphql" },
  { name: "aliases", type: "int", path: [], fold: null, reader: "graphql" },
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
    body: options.body === true ? BODY : (options.body ?? []),
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
  route("graphql", ["POST", "GET"], "/graphql", { body: GRAPHQL_BODY }),
];

/** Path parameters and body fields that routes above declare. */
export const PARAMETERS: readonly string[] = ["id", "org", "name", "shop"];

const LARGEST = Number.MAX_SAFE_INTEGER;

/** Orders of several lines, some of them not as declared. */
const LINES: readonly unknown[] = [
  { lines: [] },
  { lines: [{ quantity: 1, price: 0.5, labels: ["a"] }], username: "a" },
  {
    lines: [
      { quantity: 1, price: 10, labels: [] },
      { quantity: 2, price: -1, labels: ["a", null, {}] },
    ],
  },
  {
    lines: [
      { quantity: LARGEST, price: -0, labels: [[1], [2]] },
      { quantity: LARGEST, price: 0 },
    ],
    order: { amount: 3 },
  },
  {
    lines: [
      { quantity: -LARGEST, price: -5 },
      { quantity: -LARGEST, price: -2 },
      { quantity: 5, price: -3 },
    ],
  },
  { lines: [{ quantity: 1.5, price: "1" }, { quantity: 2 }] },
  { lines: [{ quantity: true, labels: "a" }, null, 7] },
  { lines: { quantity: 1, labels: [] } },
  { lines: [[{ quantity: 1 }]] },
  { lines: Array.from({ length: 40 }, (_, index) => ({ quantity: index, price: index / 2, labels: ["x"] })) },
];

/** GraphQL requests and what is none. */
const GRAPHQL: readonly unknown[] = [
  { query: "{ a }" },
  { query: "{ a { b c: d } }" },
  { query: "query orders { a: x b: y { c } }", operationName: "orders" },
  { query: "query orders { a } query pay { b { c { d } } }", operationName: "pay" },
  { query: "query orders { a } query pay { b }", operationName: "other" },
  { query: "query orders { a } query pay { b }" },
  { query: "mutation pay($in: [In!]! = [{ a: 1 }]) @x(y: 2) { pay(in: $in, n: -1.5e3) { ok } }", operationName: null },
  { query: "query orders { ...F ... on T { z: z ...F } } fragment F on T { x: a { y: b } }" },
  { query: "{ ...F } fragment F on T { a { ...G } } fragment G on T { b { ...F } }" },
  { query: "{ ...None }" },
  { query: '{ a(t: "}", b: """ " } """) # }\n }' },
  { query: "{ a " },
  { query: "type T { a: Int }" },
  { query: "" },
  { query: 7 },
  { operationName: "orders" },
  [{ query: "{ a }" }, { query: "{ a { b: c } }", operationName: "orders" }],
  [{ query: "{ a }" }, 7],
  [],
  { query: `{ ${"a {".repeat(63)} b ${"}".repeat(63)} }` },
  { query: `{ ${"a {".repeat(64)} b ${"}".repeat(64)} }` },
];

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
  ...LINES,
  ...GRAPHQL,
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

function named(name: string): { readonly name: string; readonly doc: string; readonly span: Span } {
  return { name, doc: "", span: SPAN };
}

const FACT_TYPES: readonly (readonly [name: string, type: ScalarType, values: readonly unknown[]])[] = [
  ["score", "int", [0, 1, 2, "10", "-1", "007", 1.5, "1e3", "9007199254740993", true, null]],
  ["ratio", "number", [0, 0.5, "1.5", "-0", "0.50", ".5", "1e300", Number.MAX_VALUE]],
  ["load", "percent", [12.5, "60%", "60", "12.5%", "%", " 60%", -1]],
  ["bot", "bool", [true, false, "true", "false", "1", 1, "TRUE"]],
  ["tier", "string", ["a", "b", "", "a|b", 7, ["a"]]],
  ["wait", "duration", [35_000, "35ms", "1m", "0s", "1.5s", "-1s", "60", "99999999999d", 0.5]],
  ["weight_of", "size", [64, "64B", "64KB", "1 KB", "1kb", "8388608GB", "9007199254740991B"]],
  [
    "seen",
    "time",
    [
      EPOCH,
      "2026-01-01",
      "2026-01-01T00:00:01.5Z",
      "2026-01-01T01:00:01.500000999+01:00",
      "2026-02-30",
      "2026-01-01T00:00:00",
      "2026-01-01T24:00:00Z",
      "0999-01-01",
    ],
  ],
  ["origin", "ip", ["203.0.113.9", "::ffff:203.0.113.9", "2001:DB8::1", "203.0.113", 7]],
  ["site", "network", ["203.0.113.0/24", "203.0.113.77/24", "2001:db8::1/64", "203.0.113.9", "x"]],
  ["page", "path", ["/v1/orders/7", "/v1//orders/./7", "v1", ""]],
];

/** What proxies state, of every type. */
export const FACT_DECLARATIONS: readonly Fact[] = FACT_TYPES.map(([name, type]) => ({
  ...named(name),
  type,
  header: `x-${name}`,
}));

/** Values that proxies state for each fact, JSON and text, some of them of no use. */
export const FACT_VALUES: readonly (readonly [name: string, values: readonly unknown[]])[] = FACT_TYPES.map(
  ([name, , values]) => [name, values],
);

/** One issuer, whose tokens' claims are declared. */
export const IDENTITY: readonly IdentitySource[] = [
  {
    kind: "jwt",
    on: null,
    span: SPAN,
    issuer: "https://issuer.example",
    audience: [],
    keys: "keys.json",
    clientClaim: "sub",
    algorithms: ["ES256"],
    lifetimeMicros: null,
    claims: [
      { name: "org_name", type: "string", path: ["org", "name"] },
      { name: "level", type: "int", path: ["level"] },
      { name: "admin", type: "bool", path: ["admin"] },
      { name: "quota", type: "number", path: ["org", "quota"] },
      { name: "home", type: "ip", path: ["home"] },
    ],
    dpop: null,
  },
];

/** Claims besides the tenant's: as declared, or not. */
export const CLAIMS: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { iss: "https://issuer.example", org: { name: "a", quota: 0.5 }, level: 2, admin: true, home: "203.0.113.9" },
  { iss: "https://other.example", org: { name: "b" }, level: "2", admin: "true", home: "x" },
  { iss: 7, org: ["a"], level: 1.5, admin: false, home: "::ffff:198.51.100.7", tenant: 7 },
  { org: null, level: -0, tenant: ["a"] },
];

function table(
  name: string,
  keyType: ScalarType,
  valueType: ScalarType,
  entries: Table["entries"],
  otherwise: ScalarValue,
): Table {
  return { ...named(name), keyType, valueType, entries, otherwise };
}

/** Tables from and to several types. */
export const TABLES: readonly Table[] = [
  table(
    "points",
    "string",
    "int",
    [
      ["a", 1],
      ["b", 2],
      ["", 3],
      ["a|b", 1],
    ],
    0,
  ),
  table(
    "limits",
    "int",
    "duration",
    [
      [0, 1_000_000],
      [2, 60_000_000],
      [10, 1_000_000],
    ],
    0,
  ),
  table(
    "owners",
    "ip",
    "string",
    [
      ["203.0.113.9", "a"],
      ["2001:db8::1", "b"],
    ],
    "c",
  ),
  table(
    "open",
    "enum",
    "bool",
    [
      ["GET", true],
      ["active", true],
      ["mon", true],
    ],
    false,
  ),
  table(
    "pages",
    "path",
    "string",
    [
      ["/v1/login", "a"],
      ["/v1/orders/7", "b"],
    ],
    "",
  ),
];

/** The tables as conditions read them. */
export const TABLE_REACH: readonly {
  readonly index: number;
  readonly keyType: ScalarType;
  readonly valueType: ScalarType;
  readonly literals: readonly ScalarValue[];
}[] = TABLES.map(({ keyType, valueType, entries, otherwise }, index) => ({
  index,
  keyType,
  valueType,
  literals: [otherwise, ...entries.map(([, value]) => value)],
}));

const DAY = 24 * HOUR;

/** Spans of time of every recurrence, around the times at which traces start. */
export const TIME_WINDOWS: readonly Window[] = [
  { ...named("morning"), recurrence: { kind: "daily", from: HOUR, to: 2 * HOUR, zone: "Europe/Rome" } },
  { ...named("night"), recurrence: { kind: "daily", from: 23 * HOUR, to: 2 * HOUR, zone: "Australia/Lord_Howe" } },
  { ...named("whole_day"), recurrence: { kind: "daily", from: HOUR, to: HOUR, zone: "UTC" } },
  {
    ...named("maintenance"),
    recurrence: { kind: "weekly", fromDay: 6, from: 2 * HOUR, toDay: 3, to: HOUR, zone: "Europe/Rome" },
  },
  {
    ...named("office"),
    recurrence: { kind: "weekly", fromDay: 3, from: 0, toDay: 3, to: DAY, zone: "America/New_York" },
  },
  { ...named("once"), recurrence: { kind: "once", from: EPOCH + 1, to: EPOCH + 10 * SECOND } },
];

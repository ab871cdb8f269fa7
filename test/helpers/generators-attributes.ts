/** The attributes that generated conditions and keys read, with literals of their types that generated requests meet. */
import type { AttributeName, ExprType, ScalarType, Value } from "../../engine/index.ts";
import { EVIDENCE } from "../../engine/index.ts";
import * as words from "./generators-vocabulary.ts";

/** An attribute that conditions may read, with literals of its type that requests can meet. */
export interface Readable {
  readonly name: AttributeName;
  readonly args: readonly (string | number)[];
  readonly type: ExprType;
  readonly missing: boolean;
  readonly literals: readonly Value[];
}

/** More literals of a type than requests meet at once; plans pick them seldom. */
function many(scalar: ScalarType): readonly Value[] {
  switch (scalar) {
    case "string":
      return words.MANY_TEXTS;
    case "path":
      return words.MANY_PATHS;
    case "network":
      return words.MANY_NETWORKS;
    case "ip":
      return words.IPS.filter((text) => !/^::ffff|0DB8/.test(text));
    case "int":
    case "number":
      return words.MANY_NUMBERS;
    default:
      return [];
  }
}

function readable(
  name: AttributeName,
  scalar: ScalarType,
  literals: readonly Value[],
  more: Partial<Readable> = {},
): Readable {
  const type = { scalar, set: false };
  return { name, args: [], type, missing: false, literals: [...literals, ...many(scalar)], ...more };
}

function optional(name: AttributeName, scalar: ScalarType, literals: readonly Value[], ...args: string[]): Readable {
  return readable(name, scalar, literals, { missing: true, args });
}

function optionalSet(name: AttributeName, scalar: ScalarType, literals: readonly Value[]): Readable {
  return readable(name, scalar, literals, { missing: true, type: { scalar, set: true } });
}

const NETWORK_ARGS: readonly (readonly [number, number])[] = [
  [16, 48],
  [32, 128],
  [0, 0],
];

/** What proxies state, tokens claim, bodies add up to, and which windows are open. */
const DECLARED: readonly Readable[] = [
  optional("fact", "int", [0, 1, 2, 10], "score"),
  optional("fact", "number", [0, 0.5, 1.5], "ratio"),
  optional("fact", "percent", [0, 12.5, 60], "load"),
  optional("fact", "bool", [true, false], "bot"),
  optional("fact", "string", words.TEXTS, "tier"),
  optional("fact", "duration", [0, 35_000, 60_000_000], "wait"),
  optional("fact", "size", [0, 64, 65_536], "weight_of"),
  optional("fact", "time", [words.EPOCH, words.EPOCH + 1_500_000], "seen"),
  optional("fact", "ip", words.IP_LITERALS, "origin"),
  optional("fact", "network", words.NETWORKS, "site"),
  optional("fact", "path", words.PATH_LITERALS, "page"),
  optional("token.field", "string", words.TEXTS, "org_name"),
  optional("token.field", "int", [0, 1, 2, 3], "level"),
  optional("token.field", "bool", [true, false], "admin"),
  optional("token.field", "number", [0, 0.5], "quota"),
  optional("token.field", "ip", words.IP_LITERALS, "home"),
  optional("body", "int", [0, 1, 3, 6], "quantity"),
  optional("body", "number", [0, 0.5, 10], "largest"),
  optional("body", "int", [0, 1, 2, 3], "lines"),
  optional("body", "int", [0, 1, 2, 4], "labels"),
  optional("body", "string", ["orders", "pay", ""], "operation"),
  optional("body", "int", [1, 2, 3, 5], "depth"),
  optional("body", "int", [0, 1, 2, 4], "aliases"),
  ...words.TIME_WINDOWS.map((_, index) => readable("now.in", "bool", [true, false], { args: [index] })),
];

/** Everything that is known of a request before any state is read. */
export const FACTS: readonly Readable[] = [
  readable("method", "enum", ["GET", "POST", "other"]),
  readable("query.count", "int", [0, 1, 2, 3]),
  readable("host", "string", words.HOST_LITERALS),
  readable("ip", "ip", words.IP_LITERALS),
  optional("header", "string", words.TEXTS, "x-a"),
  optional("query", "string", words.TEXTS, "q"),
  optional("cookie", "string", words.TEXTS, "sid"),
  readable("ip.network", "network", words.NETWORKS, { args: [24, 64] }),
  optional("client.id", "string", words.CLIENT_IDS),
  readable("evidence", "enum", EVIDENCE),
  readable("granted", "bool", [true, false]),
  readable("path", "path", words.PATH_LITERALS),
  readable("path.raw", "string", words.PATHS.slice(0, 6)),
  readable("path.with_query", "string", [...words.PATHS.slice(0, 3), "/v1/orders/7?q=a", "q=", "?"]),
  readable("query.raw", "string", ["", "q=a", "=", "b=1", "?"]),
  readable("path.ambiguous", "bool", [true, false]),
  optional("route", "enum", ["order", "login", "member", "anything"]),
  ...words.PARAMETERS.map((name) => optional("param", "string", ["7", "a|b", "a", "b|c", "c"], name)),
  optional("body", "string", ["a", "b", "a|b", ""], "username"),
  optional("body", "int", [0, 1, 2, 10], "amount"),
  optional("body", "bool", [true, false], "flag"),
  optional("body", "number", [0, 0.5, 10], "weight"),
  optional("header", "string", words.TEXTS, "x-b"),
  readable("header.count", "int", [0, 1, 2, 3]),
  readable("body.size", "size", [0, 64, 1_024, 65_536]),
  ...NETWORK_ARGS.map((args) => readable("ip.network", "network", words.NETWORKS, { args })),
  optional("ip.asn", "int", [64_500, 64_501]),
  optional("ip.country", "string", words.COUNTRIES),
  optional("tls.ja4", "string", words.TEXTS),
  optional("client.kind", "enum", ["service", "partner"]),
  optional("client.status", "enum", ["active", "quarantined"]),
  optional("client.owner.team", "string", ["core", "edge"]),
  optional("client.owner.accountable", "string", ["m.rossi"]),
  optional("client.environment", "string", ["prod"]),
  optional("client.plan", "string", ["basic", "gold"]),
  optionalSet("client.tags", "string", words.TAGS),
  optionalSet("client.operations", "string", ["*", "order", "login"]),
  optionalSet("client.scopes", "string", words.SCOPES),
  optionalSet("client.networks", "network", words.NETWORKS),
  optional("client.expires", "time", [words.EPOCH, words.EPOCH + 60_000_000]),
  optional("client.review_by", "time", [words.EPOCH]),
  optional("client.labels", "string", ["acme"], "vendor"),
  optional("client.expect", "int", [0, 5], "ids"),
  optional("identity.error", "enum", words.ERRORS),
  optional("credential.id", "string", ["k1", "k2"]),
  optional("credential.age", "duration", [0, 60_000_000]),
  optional("credential.expires_in", "duration", [0, 60_000_000]),
  optionalSet("token.scopes", "string", words.SCOPES),
  optional("token.claim", "string", words.TEXTS, "tenant"),
  readable("now", "time", [words.EPOCH, words.EPOCH + 1, words.EPOCH + 60_000_000]),
  ...words.ZONES.map((zone) => readable("now.hour", "int", [0, 1, 12, 19, 23], { args: [zone] })),
  ...words.ZONES.map((zone) => readable("now.weekday", "enum", words.WEEKDAYS, { args: [zone] })),
  ...DECLARED,
];

/** Attributes that keys are made of, the most useful first. */
export const KEYS: readonly Readable[] = [
  ...["ip", "ip.network", "client.id"].map((name) => FACTS.find((each) => each.name === name) as Readable),
  ...FACTS.filter((each) => ["header", "cookie", "body", "param"].includes(each.name)),
  ...FACTS.filter((each) => !each.type.set),
];

/** What signals of the outcome read besides. */
export const RESPONSE: readonly Readable[] = [
  readable("response.status", "int", [200, 401, 404, 500]),
  readable("response.size", "size", [0, 100]),
  readable("response.latency", "duration", [0, 35_000]),
  optional("response.header", "string", words.TEXTS, "x-r"),
];

export const SERVED: Readable = readable("served", "bool", [true, false]);

/** What conditions can read of a request: the language's table of attributes, as data. */
import { type AttributeName, IDENTITY_ERRORS } from "../../engine/index.ts";
import {
  BOOL,
  DURATION,
  enumType,
  EVIDENCE_TYPE,
  INT,
  IP,
  METHOD,
  NETWORK,
  PATH,
  RATE,
  SIZE,
  STRING,
  setOf,
  TIME,
  type Type,
  WEEKDAY,
} from "./types.ts";

/**
 * Whether an attribute can be missing: `never`; `maybe` on its own; `client`, present exactly where the caller is a known
 * client; `client_maybe`, missing also where the client's record does not state it.
 */
export type Missing = "never" | "maybe" | "client" | "client_maybe";

/** `name`: `["text"]`; `header`: the same in lower case; `zone`: `("Area/City")`; `prefixes`: `(16, 48)` or nothing. */
type ArgumentKind = "none" | "name" | "header" | "zone" | "prefixes";

/** One attribute of the language. */
export interface AttributeEntry {
  readonly name: AttributeName;
  readonly type: Type;
  readonly missing: Missing;
  readonly argument: ArgumentKind;
}

/** What sorts of program a client can be. */
export const CLIENT_KINDS: readonly string[] = [
  "service",
  "job",
  "ci",
  "gateway",
  "partner",
  "vendor",
  "device",
  "webhook",
  "ai_agent",
  "tool",
];

/** Stages of a client's life; only `active` and `quarantined` ones are let in. */
export const CLIENT_STATUSES: readonly string[] = [
  "proposed",
  "active",
  "suspended",
  "quarantined",
  "revoked",
  "decommissioned",
];

function entry(
  name: AttributeName,
  type: Type,
  missing: Missing = "never",
  argument: ArgumentKind = "none",
): AttributeEntry {
  return { name, type, missing, argument };
}

/** Attributes by their dotted name. `route` gets its members, and parameters and body fields their names, from the policy. */
const ATTRIBUTES: readonly AttributeEntry[] = [
  entry("method", METHOD),
  entry("host", STRING),
  entry("path", PATH),
  entry("path.raw", STRING),
  entry("path.with_query", STRING),
  entry("path.ambiguous", BOOL),
  entry("route", enumType("route", []), "maybe"),
  entry("query", STRING, "maybe", "name"),
  entry("header", STRING, "maybe", "header"),
  entry("cookie", STRING, "maybe", "name"),
  entry("query.raw", STRING),
  entry("query.count", INT),
  entry("header.count", INT),
  entry("body.size", SIZE),
  entry("ip", IP),
  entry("ip.network", NETWORK, "never", "prefixes"),
  entry("ip.asn", INT, "maybe"),
  entry("ip.country", STRING, "maybe"),
  entry("tls.ja4", STRING, "maybe"),
  entry("client", BOOL, "client_maybe"),
  entry("client.id", STRING, "client"),
  entry("client.kind", enumType("client.kind", CLIENT_KINDS), "client"),
  entry("client.status", enumType("client.status", CLIENT_STATUSES), "client"),
  entry("client.owner.team", STRING, "client"),
  entry("client.owner.accountable", STRING, "client"),
  entry("client.environment", STRING, "client"),
  entry("client.plan", STRING, "client"),
  entry("client.tags", setOf(STRING), "client"),
  entry("client.operations", setOf(STRING), "client"),
  entry("client.scopes", setOf(STRING), "client"),
  entry("client.networks", setOf(NETWORK), "client"),
  entry("client.rate", RATE, "client_maybe"),
  entry("client.expires", TIME, "client_maybe"),
  entry("client.review_by", TIME, "client_maybe"),
  entry("client.labels", STRING, "client_maybe", "name"),
  entry("client.expect", INT, "client_maybe", "name"),
  entry("evidence", EVIDENCE_TYPE),
  entry("identity.error", enumType("identity.error", IDENTITY_ERRORS), "maybe"),
  entry("credential.id", STRING, "maybe"),
  entry("credential.age", DURATION, "maybe"),
  entry("credential.expires_in", DURATION, "maybe"),
  entry("token.scopes", setOf(STRING), "maybe"),
  entry("token.claim", STRING, "maybe", "name"),
  entry("granted", BOOL),
  entry("now", TIME),
  entry("now.hour", INT, "never", "zone"),
  entry("now.weekday", WEEKDAY, "never", "zone"),
  entry("response.status", INT),
  entry("response.size", SIZE),
  entry("response.latency", DURATION),
  entry("response.header", STRING, "maybe", "header"),
  entry("served", BOOL),
];

const BY_NAME: ReadonlyMap<string, AttributeEntry> = new Map(
  ATTRIBUTES.map((attribute) => [attribute.name, attribute]),
);

/** The attribute of that dotted name. */
export function attributeNamed(name: string): AttributeEntry | undefined {
  return BY_NAME.get(name);
}

/** First words of attributes, and the language's functions: names that no value, parameter or field may bear. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...ATTRIBUTES.map((attribute) => attribute.name.split(".")[0] ?? ""),
  "body",
  "used",
  "ratio",
]);

/** Names of attributes as users write them, for "did you mean". */
export const WRITTEN_NAMES: readonly string[] = ATTRIBUTES.map((attribute) => attribute.name);

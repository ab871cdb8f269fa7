/** What firewalls, proxies, other policy languages and log formats call what this language calls otherwise. */
import { attributeNamed } from "./attributes.ts";
import type { Field } from "./context.ts";

/** By the spelling without underscores. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ["useragent", 'header["user-agent"]'],
  ["ua", 'header["user-agent"]'],
  ["referer", 'header["referer"]'],
  ["referrer", 'header["referer"]'],
  ["headers", 'header["name"]'],
  ["cookies", 'cookie["name"]'],
  ["params", 'query["name"]'],
  ["args", 'query["name"]'],
  ["clientip", "ip"],
  ["sourceip", "ip"],
  ["srcip", "ip"],
  ["remoteip", "ip"],
  ["remoteaddr", "ip"],
  ["ipaddress", "ip"],
  ["url", "path"],
  ["uri", "path"],
  ["requesturi", "path.with_query"],
  ["verb", "method"],
  ["httpmethod", "method"],
  ["requestmethod", "method"],
  ["hostname", "host"],
  ["country", "ip.country"],
  ["geo", "ip.country"],
  ["asn", "ip.asn"],
  ["ja4", "tls.ja4"],
  ["time", "now"],
  ["status", "response.status"],
  ["statuscode", "response.status"],
  ["latency", "response.latency"],
  ["scopes", "token.scopes"],
  ["clientid", "client.id"],
]);

/** The attribute that is meant by a name from elsewhere, as it is written here. */
export function nameHere(name: string): string | undefined {
  return OTHER_NAMES.get(name.toLowerCase().replaceAll("_", ""));
}

/** What stands before a name where requests are records. */
const RECORDS: ReadonlySet<string> = new Set(["request", "req", "http", "input", "attributes"]);
/** Records whose members are read by index here. */
const INDEXED: ReadonlyMap<string, string> = new Map([
  ["header", "header"],
  ["headers", "header"],
  ["cookie", "cookie"],
  ["cookies", "cookie"],
  ["query", "query"],
  ["args", "query"],
]);
/** Records whose members are read by their names alone here. */
const BY_NAME: ReadonlySet<string> = new Set(["body", "json", "param", "params", "path"]);

/** What is meant by a dotted name from elsewhere, as it is written here. */
export function dottedNameHere(parts: readonly string[], fields: ReadonlyMap<string, Field>): string | undefined {
  const [first = "", ...rest] = parts;
  const [second] = rest;
  if (second === undefined) return attributeNamed(first) === undefined ? nameHere(first) : first;
  if (RECORDS.has(first)) return attributeNamed(rest.join("."))?.name ?? dottedNameHere(rest, fields);
  if (rest.length > 1) return undefined;
  const indexed = INDEXED.get(first);
  if (indexed === "header") return `header["${second.toLowerCase().replaceAll("_", "-")}"]`;
  if (indexed !== undefined) return `${indexed}["${second}"]`;
  if (BY_NAME.has(first) && fields.has(second)) return second;
  return nameHere(`${first}${second}`);
}

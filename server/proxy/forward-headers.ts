/** Header fields of a forwarded request and of its answer: what is dropped, what is added. */
import { isUtf8 } from "node:buffer";
import { CHALLENGE_HEADERS } from "../challenge/headers.ts";
import { plainName } from "../header-names.ts";
import { continuedForwarded, statedChain } from "./forwarded.ts";
import type { Incoming } from "./incoming.ts";

/** RFC 9110 §7.6.1, and what older agents send in its place. `Connection` names more of them. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Chains that only a trusted peer may continue. */
const FORWARDED: ReadonlySet<string> = new Set([
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-real-ip",
]);

/** Chains that are written anew. */
const CONTINUED: ReadonlySet<string> = new Set(["forwarded", "x-forwarded-for"]);
/** Headers that `Connection` cannot take off: without them the service would read another request than we did. */
const KEPT: ReadonlySet<string> = new Set(["host", "content-length"]);

/** Said by us alone, and dropped from what comes in. */
const OWN_PREFIX = "x-edge-";

/** What is known of a name of a request's header whatever the policy, as bits. */
const DROPPED = 1;
const FROM_TRUSTED = 2;
/** Servers that read headers as CGI variables take it for another. */
const TWIN = 4;

/** Names that come again and again are judged once; past this many the memory is emptied. */
const REMEMBERED_MAX = 1_024;
const requestNames = new Map<string, number>();
const answerNames = new Map<string, number>();

function remember(names: Map<string, number>, name: string, bits: number): number {
  if (names.size >= REMEMBERED_MAX) names.clear();
  names.set(name, bits);
  return bits;
}

function requestBits(name: string): number {
  return requestNames.get(name) ?? remember(requestNames, name, judgeRequestName(name));
}

function judgeRequestName(name: string): number {
  const plain = plainName(name);
  const dropped = HOP_BY_HOP.has(plain) || plain === "expect" || CONTINUED.has(plain) || isOwn(plain);
  return (dropped ? DROPPED : 0) | (FORWARDED.has(plain) ? FROM_TRUSTED : 0) | (plain === name ? 0 : TWIN);
}

function answerBits(name: string): number {
  return answerNames.get(name) ?? remember(answerNames, name, judgeAnswerName(name));
}

function judgeAnswerName(name: string): number {
  const own = name === "content-length" || name === "date" || isOwn(name);
  return HOP_BY_HOP.has(name) || own ? DROPPED : 0;
}

export interface ForwardOptions {
  /** Id of the client that was accepted, or null. */
  readonly client: string | null;
  readonly decision: string;
  /** Lower-case names of headers that carry credentials and stay here. */
  readonly stripped: readonly string[];
  /** Lower-case names of headers that carry credentials. None passes in a spelling that only some servers read as one. */
  readonly credentials: readonly string[];
  /** Lower-case names of headers that state facts, which pass from a trusted peer alone. */
  readonly facts: ReadonlySet<string>;
  /** Whether the peer's own forwarding headers and facts are believed and continued. */
  readonly peerTrusted: boolean;
  /** The peer's address. */
  readonly peer: string;
}

/** Headers of the request as it is forwarded, names and values alternating. */
export function requestHeaders(incoming: Incoming, options: ForwardOptions): string[] {
  const dropped = connectionOptions(incoming.connection);
  const headers: string[] = [];
  for (let i = 0; i < incoming.headers.length; i += 2) {
    const name = incoming.headers[i] ?? "";
    if (staysHere(name, options) || dropped?.has(name) === true) continue;
    headers.push(name, wireText(incoming.headers[i + 1] ?? ""));
  }
  addForwarded(headers, incoming, options);
  headers.push("x-edge-decision", options.decision);
  if (options.client !== null) headers.push("x-edge-client", options.client);
  return headers;
}

function staysHere(name: string, { stripped, credentials, facts, peerTrusted }: ForwardOptions): boolean {
  const bits = requestBits(name);
  if ((bits & DROPPED) !== 0) return true;
  const isTwin = (bits & TWIN) !== 0;
  const plain = isTwin ? plainName(name) : name;
  if (stripped.includes(plain)) return true;
  if (isTwin && credentials.includes(plain)) return true;
  return ((bits & FROM_TRUSTED) !== 0 || facts.has(plain)) && (!peerTrusted || isTwin);
}

/** Said by us alone, or to us alone. */
function isOwn(name: string): boolean {
  return name.startsWith(OWN_PREFIX) || CHALLENGE_HEADERS.has(name);
}

function addForwarded(headers: string[], incoming: Incoming, { peer, peerTrusted }: ForwardOptions): void {
  const { first, host, forwarded } = incoming;
  const chain = peerTrusted ? statedChain(incoming) : "";
  headers.push("x-forwarded-for", chain === "" ? peer : `${wireText(chain)}, ${peer}`);
  if (peerTrusted && forwarded !== "") headers.push("forwarded", continuedForwarded(wireText(forwarded), peer));
  if (peerTrusted && first["x-forwarded-host"] !== undefined) return;
  // The guards let no host through that is not ASCII.
  headers.push("x-forwarded-host", host);
  if (!peerTrusted || first["x-forwarded-proto"] === undefined) headers.push("x-forwarded-proto", "http");
}

/** Headers of an answer as it is passed on. `content-length` and `date` are written by the transport. */
export function responseHeaders(upstream: Readonly<Record<string, string | string[] | undefined>>): string[] {
  const dropped = connectionOptions(single(upstream["connection"]) ?? "");
  const headers: string[] = [];
  for (const name of Object.keys(upstream)) {
    if (answerBits(name) !== 0 || dropped?.has(name) === true) continue;
    const value = upstream[name];
    if (Array.isArray(value)) for (const text of value) headers.push(name, writtenText(text));
    else headers.push(name, writtenText(value ?? ""));
  }
  return headers;
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(",") : value;
}

/** The headers of a request that `Connection` takes off although they are not hop-by-hop headers; null if there are none, as usual. */
export function takenOff({ connection, first }: Incoming): readonly string[] | null {
  const names = connectionOptions(connection);
  return names === null ? null : [...names].filter((name) => first[name] !== undefined && !HOP_BY_HOP.has(name));
}

/** Names that a `Connection` header adds to the hop-by-hop ones; null for the usual none. */
function connectionOptions(connection: string): ReadonlySet<string> | null {
  if (connection === "" || connection === "keep-alive" || connection === "close") return null;
  const names = connection.split(",").map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => !KEPT.has(name)));
}

/** The bytes of `text` one a character, as header values travel. The transport gave them decoded as UTF-8. */
function wireText(text: string): string {
  return /^[\t\x20-\x7e]*$/.test(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** The reverse: undici gives one character a byte, and the transport writes UTF-8. Bytes that are no UTF-8 are read as Latin-1. */
function writtenText(text: string): string {
  if (/^[\t\x20-\x7e]*$/.test(text)) return text;
  const bytes = Buffer.from(text, "latin1");
  return isUtf8(bytes) ? bytes.toString("utf8") : text;
}

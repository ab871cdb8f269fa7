/**
 * JSON access logs of Envoy and what is built on it (Istio, Contour). Which members there are is the operator's choice, but nearly all choose
 * the names of the documented examples (envoyproxy.io, "Access logging"), with `_` or `-`, and pseudo-headers with their colon.
 */
import { Addresses } from "./addresses.ts";
import {
  lacks,
  looseCount,
  looseNumber,
  looseStatus,
  looseText,
  looseTime,
  type Members,
  parseObject,
} from "./json-line.ts";
import { type LineReader, type LineReading, loggedRecord, loggedRequest } from "./line-reading.ts";
import { Rfc3339Times } from "./log-times.ts";
import { isMethod } from "./request-line.ts";

/** Members by what they tell, in the order in which they are looked for; names are compared in lower case with `_` for `-`. */
const NAMES = {
  time: ["start_time"],
  method: ["method", "request_method"],
  path: ["x_envoy_original_path", "x_envoy_origin_path", "path"],
  host: ["authority", "host"],
  ip: ["downstream_remote_address", "downstream_remote_address_without_port", "client_ip"],
  status: ["response_code"],
  size: ["bytes_sent"],
  received: ["bytes_received"],
  duration: ["duration", "duration_ms"],
} as const;
/** Members that are headers, by the same names. */
const HEADERS: ReadonlyMap<string, string> = new Map(
  [
    "accept",
    "accept-language",
    "content-type",
    "origin",
    "referer",
    "user-agent",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-request-id",
  ].map((name) => [name.replaceAll("-", "_"), name]),
);

/** The member that tells something, for each of {@link NAMES}, and the headers, of one line's member names. */
interface Shape {
  readonly members: readonly string[];
  readonly found: Readonly<Record<keyof typeof NAMES, string>>;
  readonly headers: readonly (readonly [member: string, header: string])[];
}

/** Reads lines that Envoy logs as JSON. */
export class EnvoyLog implements LineReader {
  readonly #times = new Rfc3339Times();
  readonly #addresses = new Addresses();
  #shape: Shape | null = null;

  read(line: string): LineReading {
    const event = parseObject(line);
    if (typeof event === "string") return event;
    const { found, headers } = this.#shapeOf(event);
    const at = looseTime(event[found.time], this.#times);
    const method = looseText(event[found.method]);
    const ip = this.#addresses.readPeer(looseText(event[found.ip]));
    if (at === null) return lacks("start_time", "a time as RFC 3339 writes it");
    // A connection that ended before any request, or one of TCP alone.
    if (method === "" && looseCount(event[found.status]) === 0) return null;
    if (!isMethod(method)) return lacks("method", "an HTTP method");
    if (ip === null) return lacks("downstream_remote_address", "an address");
    const request = loggedRequest(
      method,
      looseText(event[found.path]) || "/",
      looseText(event[found.host]),
      ip,
      values(event, headers),
    );
    request.size = looseCount(event[found.received]);
    const status = looseStatus(event[found.status]);
    // 0: the caller went away before there was an answer.
    if (status === null) return { request, at, response: null };
    const latency = Math.min(1e15, Math.round((looseNumber(event[found.duration]) ?? 0) * 1e3));
    return loggedRecord(request, at, status, looseCount(event[found.size]), latency);
  }

  /** Lines of one log have the same members. */
  #shapeOf(event: Members): Shape {
    const members = Object.keys(event);
    const known = this.#shape;
    if (known !== null && sameTexts(known.members, members)) return known;
    this.#shape = shapeOf(members);
    return this.#shape;
  }
}

function sameTexts(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}

function shapeOf(members: readonly string[]): Shape {
  const byName = new Map(members.map((member) => [plainName(member), member]));
  const found = Object.fromEntries(
    Object.entries(NAMES).map(([what, names]) => {
      const name = names.find((each) => byName.has(each)) ?? "";
      return [what, byName.get(name) ?? ""];
    }),
  ) as Shape["found"];
  const headers = [...HEADERS].flatMap(([name, header]) => {
    const member = byName.get(name);
    return member === undefined ? [] : [[member, header] as const];
  });
  return { members, found, headers };
}

function plainName(member: string): string {
  return member.replace(/^:/, "").toLowerCase().replaceAll("-", "_");
}

function values(event: Members, headers: Shape["headers"]): Readonly<Record<string, string>> {
  const result: Record<string, string> = {};
  for (const [member, header] of headers) {
    const text = looseText(event[member]);
    if (text !== "") result[header] = text;
  }
  return result;
}

/** Whether a JSON object looks like a line of Envoy. */
export function looksLikeEnvoy(event: Members): boolean {
  const { found } = shapeOf(Object.keys(event));
  return found.time !== "" && (found.status !== "" || found.ip !== "");
}

/** JSON access logs of Traefik (doc.traefik.io, "Access logs"); its common format is read as Apache's. Which headers there are is the operator's choice. */
import { Addresses } from "./addresses.ts";
import { lacks, looseCount, looseNumber, looseStatus, looseText, type Members, parseObject } from "./json-line.ts";
import { type LineReader, type LineReading, loggedRecord, loggedRequest } from "./line-reading.ts";
import { Rfc3339Times } from "./log-times.ts";
import { isMethod } from "./request-line.ts";

const REQUEST_HEADER = "request_";
const RESPONSE_HEADER = "downstream_";
/** Durations count nanoseconds. */
const MICROS = 1e-3;

/** Reads lines that Traefik logs as JSON. Those of other events, which have no method, are of the format and stand for none. */
export class TraefikLog implements LineReader {
  readonly #times = new Rfc3339Times();
  readonly #addresses = new Addresses();

  read(line: string): LineReading {
    const event = parseObject(line);
    if (typeof event === "string") return event;
    const method = looseText(event["RequestMethod"]);
    if (method === "" && typeof event["msg"] === "string" && typeof event["level"] === "string") return null;
    const latency = Math.min(1e15, Math.round((looseNumber(event["Duration"]) ?? 0) * MICROS));
    const at = this.#began(event, latency);
    const ip = this.#addresses.readPeer(looseText(event["ClientHost"]) || looseText(event["ClientAddr"]));
    if (at === null) return lacks("StartUTC", "a time as RFC 3339 writes it");
    if (ip === null) return lacks("ClientHost", "an address");
    if (!isMethod(method)) return lacks("RequestMethod", "an HTTP method");
    const host = looseText(event["RequestAddr"]) || looseText(event["RequestHost"]);
    const target = looseText(event["RequestPath"]) || "/";
    const request = loggedRequest(method, target, host, ip, headersOf(event, REQUEST_HEADER));
    request.size = looseCount(event["RequestContentSize"]);
    const status = looseStatus(event["DownstreamStatus"]);
    // 0: the caller went away before there was an answer.
    if (status === null) return { request, at, response: null };
    const size = looseCount(event["DownstreamContentSize"]);
    return loggedRecord(request, at, status, size, latency, headersOf(event, RESPONSE_HEADER));
  }

  /** Traefik states the start; `time` is when the line was written. */
  #began(event: Members, latency: number): number | null {
    const start = looseText(event["StartUTC"]) || looseText(event["StartLocal"]);
    if (start !== "") return this.#times.read(start);
    const written = this.#times.read(looseText(event["time"]));
    return written === null ? null : Math.max(0, written - latency);
  }
}

/** Headers that the line shows, by lower-case name. */
function headersOf(event: Members, prefix: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const member of Object.keys(event)) {
    const text = member.startsWith(prefix) ? looseText(event[member]) : "";
    if (text !== "") values[member.slice(prefix.length).toLowerCase()] = text;
  }
  return values;
}

/** Whether a JSON object looks like a line of Traefik. */
export function looksLikeTraefik(event: Members): boolean {
  return "RequestMethod" in event && ("DownstreamStatus" in event || "ClientHost" in event);
}

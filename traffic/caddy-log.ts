/** Access logs of Caddy: JSON objects with a `request` (caddyserver.com/docs/caddyfile/directives/log). */
import { Addresses } from "./addresses.ts";
import {
  isObject,
  lacks,
  looseCount,
  looseSeconds,
  looseStatus,
  looseText,
  looseTime,
  type Members,
  parseObject,
} from "./json-line.ts";
import { type LineReader, type LineReading, loggedRecord, loggedRequest } from "./line-reading.ts";
import { Rfc3339Times } from "./log-times.ts";
import { isMethod } from "./request-line.ts";

/** Reads lines that Caddy logs. Those of other events, which have no request, are of the format and stand for none. */
export class CaddyLog implements LineReader {
  readonly #times = new Rfc3339Times();
  readonly #addresses = new Addresses();

  read(line: string): LineReading {
    const event = parseObject(line);
    if (typeof event === "string") return event;
    const request = event["request"];
    if (!isObject(request)) return isEvent(event) ? null : lacks("request", "an object");
    const status = looseStatus(event["status"]);
    // A handler that failed logs its request too, and the access log has it again with its status.
    if (status === null && event["logger"] !== undefined && event["status"] === undefined) return null;
    const ended = looseTime(event["ts"], this.#times);
    const ip = this.#ip(request);
    const method = looseText(request["method"]);
    if (ended === null) return lacks("ts", "a time in seconds or as RFC 3339 writes it");
    if (ip === null) return lacks("request.remote_ip", "an address");
    if (!isMethod(method)) return lacks("request.method", "an HTTP method");
    if (status === null) return lacks("status", "a status from 100 to 599");
    const latency = durationMicros(event["duration"]);
    const target = looseText(request["uri"]);
    const asked = loggedRequest(method, target, looseText(request["host"]), ip, firstValues(request["headers"]));
    asked.size = looseCount(event["bytes_read"]);
    // The line is written at the end of the request.
    const at = Math.max(0, ended - latency);
    return loggedRecord(asked, at, status, looseCount(event["size"]), latency, firstValues(event["resp_headers"]));
  }

  /** Behind trusted proxies the client's, else the peer's. Before Caddy 2.5 the peer was written with its port. */
  #ip(request: Members): string | null {
    for (const name of ["client_ip", "remote_ip", "remote_addr"]) {
      const text = looseText(request[name]);
      if (text !== "") return this.#addresses.readPeer(text);
    }
    return null;
  }
}

function isEvent(event: Members): boolean {
  return typeof event["level"] === "string" && typeof event["msg"] === "string";
}

/** The first value of each header, by lower-case name. */
function firstValues(headers: unknown): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  if (!isObject(headers)) return values;
  for (const name of Object.keys(headers)) {
    const all = headers[name];
    const first: unknown = Array.isArray(all) ? all[0] : all;
    if (typeof first === "string") values[name.toLowerCase()] = first;
  }
  return values;
}

const GO_UNITS: Readonly<Record<string, number>> = { ns: 1e-3, us: 1, µs: 1, ms: 1e3, s: 1e6, m: 6e7, h: 3.6e9 };

/** Seconds as a number, or Go's way of writing it (`duration_format string`): `1m2.5s`. Microseconds; 0 where there is none. */
function durationMicros(value: unknown): number {
  if (typeof value !== "string" || !/[a-zµ]/.test(value) || value.length > 64) return looseSeconds(value);
  let micros = 0;
  for (const [, number, unit = ""] of value.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) {
    micros += Number(number) * (GO_UNITS[unit] ?? 0);
  }
  return Math.min(Math.round(micros), 1e15);
}

/**
 * JSON access logs of nginx whose members are called as the variables that they show: `"remote_addr": "$remote_addr"`
 * (nginx.org/en/docs/http/ngx_http_log_module.html). Others are read by a mapping.
 */
import { Addresses } from "./addresses.ts";
import {
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
import { Rfc3339Times, StampTimes } from "./log-times.ts";
import { readRequestLine } from "./request-line.ts";

const HEADER = "http_";
/** Members that may hold the time, where there is no `msec`: the variables' names, and those that most choose in their place. */
const TIMES = ["time_iso8601", "@timestamp", "time_local", "timestamp", "time"] as const;

/** Reads lines that nginx logs as JSON by the names of its variables. */
export class NginxJsonLog implements LineReader {
  readonly #times = new Rfc3339Times();
  readonly #stamps = new StampTimes();
  readonly #addresses = new Addresses();

  read(line: string): LineReading {
    const event = parseObject(line);
    if (typeof event === "string") return event;
    const ended = this.#time(event);
    const ip = this.#addresses.read(looseText(event["remote_addr"]));
    const status = looseStatus(event["status"]);
    if (ended === null)
      return lacks("time_iso8601", "a time, nor is there `msec`, `time_local`, `timestamp` or `time`");
    if (ip === null) return lacks("remote_addr", "an address");
    if (status === null) return lacks("status", "a status from 100 to 599");
    const { method, path } = target(event);
    const host = looseText(event["http_host"]) || looseText(event["host"]);
    const request = loggedRequest(method, path, host, ip, headers(event));
    request.size = looseCount(event["content_length"]);
    const latency = looseSeconds(event["request_time"]);
    const size = looseCount(event["body_bytes_sent"] ?? event["bytes_sent"]);
    // nginx writes the line, and takes the time, when the request ends.
    return loggedRecord(request, Math.max(0, ended - latency), status, size, latency);
  }

  /** The most exact that there is. */
  #time(event: Members): number | null {
    if (event["msec"] !== undefined) return looseTime(event["msec"], this.#times);
    const stated = event[TIMES.find((name) => event[name] !== undefined) ?? ""];
    const stamp = this.#stamps.read(looseText(stated), 0);
    return stamp < 0 ? looseTime(stated, this.#times) : stamp;
  }
}

function target(event: Members): { method: string; path: string } {
  const line = looseText(event["request"]);
  if (line !== "" && event["request_uri"] === undefined) return readRequestLine(line);
  return { method: looseText(event["request_method"]), path: looseText(event["request_uri"]) };
}

function headers(event: Members): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const name of Object.keys(event)) {
    const text = name.startsWith(HEADER) ? looseText(event[name]) : "";
    if (text !== "") values[name.slice(HEADER.length).replaceAll("_", "-")] = text;
  }
  return values;
}

/** Whether a JSON object looks like a line of nginx. */
export function looksLikeNginx(event: Members): boolean {
  return "remote_addr" in event && "status" in event && ("request_uri" in event || "request" in event);
}

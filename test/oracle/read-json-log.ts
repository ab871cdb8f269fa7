/** JSON access logs of Caddy, Traefik and Envoy as request records. */
import type { RequestRecord } from "../../traffic/index.ts";
import { parseTimeText } from "../../traffic/index.ts";
import { recordOf, timeOf } from "./record.ts";

interface CaddyLine {
  readonly ts: number;
  readonly request: {
    readonly client_ip: string;
    readonly host: string;
    readonly uri: string;
    readonly method: string;
  };
  readonly status: number;
  readonly resp_headers: Readonly<Record<string, readonly string[]>>;
}

/** Caddy's times are cut to the second, as CrowdSec's parser does. */
export function readCaddyLine(line: string): RequestRecord {
  const { ts, request, status, resp_headers } = JSON.parse(line) as CaddyLine;
  const headers = Object.entries(resp_headers).map(([name, values]) => [name.toLowerCase(), values[0] ?? ""] as const);
  return recordOf({
    at: Math.floor(ts) * 1e6,
    method: request.method,
    path: request.uri,
    host: request.host,
    ip: request.client_ip,
    facts: { log: "access", verb: request.method },
    response: { status, headers: Object.fromEntries(headers) },
  });
}

interface TraefikLine {
  readonly time: string;
  readonly ClientHost: string;
  readonly RequestMethod: string;
  readonly RequestPath: string;
  readonly RequestProtocol: string;
  readonly RequestHost: string;
  readonly DownstreamStatus: number;
  readonly "request_User-Agent": string;
}

export function readTraefikLine(line: string): RequestRecord {
  const read = JSON.parse(line) as TraefikLine;
  const { RequestPath: target, RequestMethod: verb, RequestProtocol: protocol } = read;
  return recordOf({
    at: timeOf(parseTimeText(read.time), line),
    method: verb,
    path: target,
    host: read.RequestHost,
    ip: read.ClientHost,
    headers: { "user-agent": read["request_User-Agent"] },
    facts: { log: "access", verb, protocol },
    response: { status: read.DownstreamStatus },
  });
}

interface EnvoyLine {
  readonly start_time: string;
  readonly method: string;
  readonly "x-envoy-origin-path": string;
  readonly response_code: number;
  readonly "user-agent": string;
  readonly downstream_remote_address: string;
  readonly ":authority": string;
}

/** A line of Envoy as Kubernetes keeps it, with the container runtime's time and stream in front. */
export function readEnvoyLine(line: string): RequestRecord {
  const read = JSON.parse(line.slice(line.indexOf("{"))) as EnvoyLine;
  const target = read["x-envoy-origin-path"];
  return recordOf({
    at: timeOf(parseTimeText(read.start_time), line),
    method: read.method,
    path: target,
    host: read[":authority"],
    ip: read.downstream_remote_address.replace(/:\d+$/, ""),
    headers: { "user-agent": read["user-agent"] },
    facts: { log: "access", verb: read.method },
    response: { status: read.response_code },
  });
}

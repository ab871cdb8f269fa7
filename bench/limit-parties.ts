/**
 * Who enforces a limit by key: edgepolicy as a proxy's subrequest asks it and as data, nginx `limit_req`, HAProxy's stick table, and
 * node:http with `rate-limiter-flexible`. Each of them is a server that is asked the same thing, whether a client's request may pass.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type RunningServer, startHaproxy, startNginx, versionOfProgram } from "./programs.ts";
import { versionOf } from "./rivals/load.ts";
import { forkServer, running, SERVER_CORE, startProcess } from "./server-process.ts";

/** So many requests of a key in so many seconds. */
export interface LimitStart {
  readonly most: number;
  readonly seconds: number;
}

/** What a client is told, read from an answer. */
export interface Answered {
  readonly status: number;
  readonly body: string;
}

/**
 * A bucket lets its burst through at once and then at the rate; a log or a sliding counter no more than the limit in any window; a fixed
 * window the limit in each of its windows, and so up to twice as many around the end of one.
 */
export type LimitKind = "bucket" | "sliding" | "fixed window";

/** The most that a kind may let through in so many seconds from the first request on. */
export function mostOfKind(kind: LimitKind, { most, seconds }: LimitStart, span: number): number {
  return kind === "bucket" ? most + Math.floor((most * span) / seconds) : most * Math.ceil(span / seconds);
}

/** A party, before it runs. */
export interface LimitParty {
  readonly name: string;
  readonly version: string;
  /** What it is asked on; `bench/wrk/limited.lua` knows from it how to put the question. */
  readonly path: string;
  /** How it counts, which says what it may let through at most. */
  readonly kind: LimitKind;
  /** Why it is left out; null where it can run. */
  readonly missing: string | null;
  readonly start: (limit: LimitStart) => Promise<RunningServer>;
  /** Whether a request may pass by this answer. */
  readonly admits: (answered: Answered) => boolean;
}

const CLIENT_HEADER = "x-client";
const bySuccess = ({ status }: Answered): boolean => status === 200;

/** All parties, those that cannot run too. */
export function limitParties(): readonly LimitParty[] {
  return [
    edge("edgepolicy /authz/nginx", "/authz/nginx", "bucket", bySuccess),
    edge("edgepolicy /authz/nginx, exact", "/authz/nginx", "sliding", bySuccess),
    edge("edgepolicy /authz/json", "/authz/json", "bucket", ({ body }) => body.includes('"verdict":"allow"')),
    program("nginx", "nginx limit_req", "bucket", startLimitReq),
    program("haproxy", "HAProxy stick table", "sliding", startStickTable),
    flexible(),
  ];
}

function edge(name: string, path: string, kind: LimitKind, admits: LimitParty["admits"]): LimitParty {
  const start = async ({ most, seconds }: LimitStart): Promise<RunningServer> => {
    const rate = `allow ${most} per ${seconds}s ${kind === "bucket" ? `burst ${most}` : "exact"}`;
    const policyText = `policy "limited" { default allow }\nlimit l per header["${CLIENT_HEADER}"] else ip ${rate}`;
    return running(await startProcess({ template: null, policyText }));
  };
  return { name, version: "", path, kind, missing: null, start, admits };
}

function program(command: "nginx" | "haproxy", name: string, kind: LimitKind, start: LimitParty["start"]): LimitParty {
  const version = versionOfProgram(command);
  const missing = version === null ? `${command} is not installed` : null;
  return { name, version: version ?? "", path: "/v1/orders", kind, missing, start, admits: bySuccess };
}

/**
 * A leaky bucket: the burst is what may come at once beside the first. What it serves comes from the phase of content, because `return`
 * would answer before the limit is looked at.
 */
async function startLimitReq({ most, seconds }: LimitStart): Promise<RunningServer> {
  const rate = most >= seconds ? `${Math.round(most / seconds)}r/s` : `${Math.round((60 * most) / seconds)}r/m`;
  return startNginx(
    (port) => `limit_req_zone $http_x_client zone=clients:32m rate=${rate};
server {
  listen 127.0.0.1:${port};
  location / { limit_req zone=clients burst=${most - 1} nodelay; limit_req_status 429; limit_req_log_level info; empty_gif; }
}`,
    SERVER_CORE,
  );
}

/** Counts what it lets through, as the others do; `http_req_rate` would count what it refuses as well. */
async function startStickTable({ most, seconds }: LimitStart): Promise<RunningServer> {
  return startHaproxy(
    [
      `stick-table type string len 64 size 200k expire ${2 * seconds}s store gpc0,gpc0_rate(${seconds}s)`,
      `http-request track-sc0 req.hdr(${CLIENT_HEADER})`,
      `http-request deny deny_status 429 if { sc0_gpc0_rate ge ${most} }`,
      "http-request sc-inc-gpc0(0)",
      "http-request return status 200",
    ],
    SERVER_CORE,
  );
}

function flexible(): LimitParty {
  const installed = existsSync(join(import.meta.dirname, "rivals/node_modules/rate-limiter-flexible"));
  return {
    name: "node:http, rate-limiter-flexible",
    version: installed ? versionOf("rate-limiter-flexible") : "",
    path: "/v1/orders",
    kind: "fixed window",
    missing: installed ? null : "bench/rivals is not installed (npm run bench -- limiters installs it)",
    start: async (limit) => running(await forkServer("flexible-server.ts", limit)),
    admits: bySuccess,
  };
}

/** The request that asks a party about a client, as a head and a body. */
export function questionOf({ path }: LimitParty, client: string): string {
  const lines = ["Host: api.example.com", `X-Client: ${client}`, "User-Agent: partner/1"];
  if (path === "/authz/json") {
    const body = JSON.stringify({
      method: "GET",
      path: "/v1/orders",
      ip: "10.0.0.7",
      headers: { [CLIENT_HEADER]: client },
    });
    return `POST ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  }
  if (path === "/authz/nginx")
    lines.push("X-Original-URI: /v1/orders", "X-Original-Method: GET", "X-Forwarded-For: 10.0.0.7");
  return `GET ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
}

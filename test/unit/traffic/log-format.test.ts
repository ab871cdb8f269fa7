/** Formats of logs: what each tells of a request, and how the format is known. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatOf, type LogFormat, lineReader } from "../../../traffic/log-format.ts";
import type { RequestRecord } from "../../../traffic/request-record.ts";

const NOBODY: ReadonlySet<string> = new Set();
const AT = Date.UTC(2026, 2, 4, 9, 0, 1) * 1_000;

function read(format: LogFormat, line: string | object): RequestRecord {
  const reading = lineReader(format, NOBODY).read(typeof line === "string" ? line : JSON.stringify(line));
  if (reading === null || typeof reading === "string") throw new Error(`not a request: ${reading ?? "nothing"}`);
  return reading;
}

function reason(format: LogFormat, line: string | object): unknown {
  return lineReader(format, NOBODY).read(typeof line === "string" ? line : JSON.stringify(line));
}

const COMBINED = '192.0.2.1 - - [04/Mar/2026:09:00:01 +0000] "GET /a HTTP/1.1" 200 1 "-" "a/1"';
const CADDY = {
  level: "info",
  ts: 1_772_614_801.5,
  logger: "http.log.access.log0",
  msg: "handled request",
  request: {
    remote_ip: "10.0.0.9",
    client_ip: "192.0.2.1",
    proto: "HTTP/2.0",
    method: "POST",
    host: "api.example.com",
    uri: "/v1/login?next=/",
    headers: { "User-Agent": ["curl/8"], "X-Many": ["first", "second"] },
  },
  bytes_read: 64,
  duration: 0.5,
  size: 12,
  status: 401,
  resp_headers: { Server: ["Caddy"] },
};
const ENVOY = {
  ":authority": "api.example.com",
  start_time: "2026-03-04T09:00:01.000Z",
  method: "GET",
  path: "/v1/orders",
  "x-envoy-original-path": "/orders",
  response_code: 200,
  bytes_received: 3,
  bytes_sent: "17",
  duration: 250,
  downstream_remote_address: "192.0.2.1:40000",
  user_agent: "a/1",
  "x-forwarded-for": "-",
};
const NGINX = {
  msec: "1772614801.500",
  time_iso8601: "2026-03-04T09:00:01+00:00",
  remote_addr: "2001:DB8::1",
  request_method: "PUT",
  request_uri: "/x",
  status: "204",
  body_bytes_sent: "9",
  request_time: "0.500",
  http_host: "api.example.com",
  http_user_agent: "a/1",
  http_x_tenant: "t1",
  http_referer: "-",
  content_length: "5",
};
const TRAEFIK = {
  ClientAddr: "192.0.2.1:40000",
  ClientHost: "192.0.2.1",
  DownstreamContentSize: 356,
  DownstreamStatus: 404,
  Duration: 250_000_000,
  RequestAddr: "api.example.com",
  RequestContentSize: 12,
  RequestHost: "api.example.com",
  RequestMethod: "PATCH",
  RequestPath: "/v1/orders?page=2",
  RequestProtocol: "HTTP/1.1",
  StartLocal: "2026-03-04T10:00:01+01:00",
  StartUTC: "2026-03-04T09:00:01.000000500Z",
  "downstream_Content-Type": "text/plain",
  "request_User-Agent": "a/1",
  "request_X-Empty": "",
  level: "info",
  msg: "",
  time: "2026-03-04T09:00:02Z",
};
const DECISION = {
  time: "2026-03-04T09:00:01.000Z",
  id: "4bcd423f92-1",
  adapter: "proxy",
  method: "GET",
  path: "/v1/orders/7",
  host: "api.example.com",
  ip: "192.0.2.1",
  client: "acme_sync",
  credential: "k-1",
  verdict: "allow",
  status: 200,
  by: null,
  headers: { "user-agent": "a/1" },
};
const CLOUDTRAIL = {
  eventVersion: "1.09",
  userIdentity: { type: "IAMUser", arn: "arn:aws:iam::1:user/a", accessKeyId: "AKIA1" },
  eventTime: "2026-03-04T09:00:01Z",
  eventSource: "s3.amazonaws.com",
  eventName: "GetObject",
  awsRegion: "eu-west-1",
  sourceIPAddress: "192.0.2.1",
  userAgent: "aws-cli/2",
  requestParameters: { bucketName: "b" },
  errorCode: "AccessDenied",
  readOnly: true,
};
const NDJSON = { method: "GET", path: "/", ip: "192.0.2.1" };

describe("what a line tells", () => {
  it("in Caddy's format: the start, the client behind proxies, first values of headers, and the answer when it came", () => {
    const { request, at, response } = read("caddy", CADDY);
    expect(request).toMatchObject({
      method: "POST",
      path: "/v1/login?next=/",
      host: "api.example.com",
      ip: "192.0.2.1",
      size: 64,
      headers: { "user-agent": "curl/8", "x-many": "first" },
    });
    expect(at).toBe(AT);
    expect(response).toEqual({
      outcome: { status: 401, size: 12, latencyMicros: 500_000, headers: { server: "Caddy" } },
      afterMicros: 500_000,
    });
  });

  it.each([
    [0.25, 250_000],
    ["1m2.5s", 62_500_000],
    ["340.5µs", 341],
    [-1, 0],
    [null, 0],
  ])("of a duration %j in Caddy's format", (duration, micros) => {
    expect(read("caddy", { ...CADDY, duration }).response?.outcome.latencyMicros).toBe(micros);
  });

  it("in Traefik's: what the caller was answered, and by which start and duration", () => {
    const { request, at, response } = read("traefik", TRAEFIK);
    expect(at).toBe(AT);
    expect(request).toMatchObject({
      ...{ method: "PATCH", path: "/v1/orders?page=2", host: "api.example.com", ip: "192.0.2.1", size: 12 },
      headers: { "user-agent": "a/1" },
    });
    expect(response).toEqual({
      outcome: { status: 404, size: 356, latencyMicros: 250_000, headers: { "content-type": "text/plain" } },
      afterMicros: 250_000,
    });
    const old = { ...TRAEFIK, StartUTC: undefined, StartLocal: undefined, ClientHost: undefined };
    expect(read("traefik", old)).toMatchObject({ at: AT + 750_000, request: { ip: "192.0.2.1" } });
    expect(read("traefik", { ...TRAEFIK, DownstreamStatus: 0 }).response).toBeNull();
  });

  it("in a decision log: whose it was, if the inventory has it, and no answer", () => {
    const known = lineReader("decisions", new Set(["acme_sync"]));
    const line = JSON.stringify(DECISION);
    expect(known.read(line)).toMatchObject({
      at: AT,
      request: {
        ...{ method: "GET", path: "/v1/orders/7", host: "api.example.com", ip: "192.0.2.1", client: "acme_sync" },
        ...{ headers: { "user-agent": "a/1" }, credential: { id: "k-1" } },
      },
      response: null,
    });
    expect(read("decisions", line).request.client).toBeNull();
    expect(read("decisions", { ...DECISION, ip: "2001:db8:7::/48" }).request.ip).toBe("2001:db8:7::");
  });

  it("in Envoy's: by names with `-` or `_`, the path before it was rewritten, the address without its port", () => {
    const { request, at, response } = read("envoy-json", ENVOY);
    expect(request).toMatchObject({
      method: "GET",
      path: "/orders",
      host: "api.example.com",
      ip: "192.0.2.1",
      size: 3,
    });
    expect(request.headers).toEqual({ "user-agent": "a/1" });
    expect(at).toBe(AT);
    expect(response).toMatchObject({
      outcome: { status: 200, size: 17, latencyMicros: 250_000 },
      afterMicros: 250_000,
    });
    const linked = { ...ENVOY, downstream_remote_address: "[fe80::1%eth0]:40000" };
    expect(read("envoy-json", linked).request.ip).toBe("fe80::1");
    expect(read("envoy-json", { ...ENVOY, response_code: 0 }).response).toBeNull();
    expect(reason("envoy-json", { ...ENVOY, method: null, response_code: 0 })).toBeNull();
  });

  it("in nginx's by its variables: the most exact time less the time that it took, and every `$http_` header", () => {
    const { request, at, response } = read("nginx-json", NGINX);
    expect(request).toMatchObject({ method: "PUT", path: "/x", host: "api.example.com", ip: "2001:db8::1", size: 5 });
    expect(request.headers).toEqual({ host: "api.example.com", "user-agent": "a/1", "x-tenant": "t1" });
    expect(at).toBe(AT);
    expect(response).toMatchObject({ outcome: { status: 204, size: 9 }, afterMicros: 500_000 });
    const { msec: _msec, request_uri: _uri, request_method: _method, ...others } = NGINX;
    expect(read("nginx-json", { ...others, request: "GET /y HTTP/1.1" })).toMatchObject({
      at: AT - 500_000,
      request: { method: "GET", path: "/y" },
    });
  });

  it.each<[string, unknown]>([
    ["time_local", "04/Mar/2026:10:00:01 +0100"],
    ["time", "04/Mar/2026:09:00:01 +0000"],
    ["time", 1_772_614_801],
    ["timestamp", "2026-03-04T09:00:01Z"],
    ["@timestamp", "2026-03-04T10:00:01+01:00"],
  ])("in nginx's the time may stand as %s: %s", (name, time) => {
    const { msec: _msec, time_iso8601: _iso, request_time: _took, ...others } = NGINX;
    expect(read("nginx-json", { ...others, [name]: time }).at).toBe(AT);
  });

  it("in CloudTrail's: the call as a request, the key, the identity and the error's status", () => {
    const { request, at, response } = read("cloudtrail", CLOUDTRAIL);
    expect(request).toMatchObject({
      method: "GET",
      path: "/s3/GetObject",
      host: "s3.amazonaws.com",
      ip: "192.0.2.1",
      credential: { id: "AKIA1" },
      claims: { type: "IAMUser" },
      body: { bucketName: "b" },
      headers: { "user-agent": "aws-cli/2" },
    });
    expect([at, response?.outcome.status]).toEqual([AT, 403]);
    expect(reason("cloudtrail", { ...CLOUDTRAIL, sourceIPAddress: "cloudformation.amazonaws.com" })).toBeNull();
  });

  it.each([
    [undefined, 200],
    ["ThrottlingException", 429],
    ["Client.RequestLimitExceeded", 429],
    ["NoSuchBucket", 404],
    ["SignatureDoesNotMatch", 401],
    ["InternalError", 500],
    ["ValidationException", 400],
  ])("of the error %s in CloudTrail's", (errorCode, status) => {
    expect(read("cloudtrail", { ...CLOUDTRAIL, errorCode }).response?.outcome.status).toBe(status);
  });

  it("within the frame of a container's log", () => {
    const cri = `2026-03-04T10:00:01.000000100+01:00 stdout F ${JSON.stringify(ENVOY)}`;
    const docker = JSON.stringify({ log: `${COMBINED}\n`, stream: "stdout", time: "2026-03-04T09:00:01Z" });
    expect(read("envoy-json", cri)).toEqual(read("envoy-json", ENVOY));
    expect(read("combined", docker)).toEqual(read("combined", COMBINED));
    expect([formatOf(cri), formatOf(docker)]).toEqual(["envoy-json", "combined"]);
    expect(reason("envoy-json", cri.replace(" F ", " P "))).toMatch(/part of this line/);
  });
});

describe("lines that are no requests", () => {
  it.each<[LogFormat, string | object, RegExp]>([
    ["caddy", "{", /^not JSON: .* at column 2$/],
    ["caddy", [], /is a JSON object, but this is an array/],
    ["caddy", { a: 1 }, /`request` is missing/],
    ["caddy", { ...CADDY, ts: "yesterday" }, /`ts` is missing or is not a time/],
    ["caddy", { ...CADDY, ts: 1e30 }, /`ts`/],
    ["caddy", { ...CADDY, status: 0 }, /`status`/],
    ["caddy", { ...CADDY, request: { ...CADDY.request, client_ip: "x" } }, /an address/],
    ["envoy-json", { ...ENVOY, start_time: null }, /`start_time`/],
    ["envoy-json", { ...ENVOY, downstream_remote_address: "x" }, /an address/],
    ["nginx-json", { ...NGINX, status: "000" }, /`status`/],
    ["nginx-json", { ...NGINX, msec: undefined, time_iso8601: "x" }, /`time_iso8601` is missing or is not a time/],
    ["nginx-json", { ...NGINX, remote_addr: "unix:" }, /`remote_addr`/],
    ["traefik", { ...TRAEFIK, StartUTC: "yesterday" }, /`StartUTC` is missing or is not a time/],
    ["traefik", { ...TRAEFIK, ClientHost: "x" }, /`ClientHost`/],
    ["traefik", { ...TRAEFIK, RequestMethod: "a b" }, /`RequestMethod`/],
    ["decisions", { ...DECISION, time: 5 }, /`time`/],
    ["decisions", { ...DECISION, ip: "q83vEjRWeJCrze8S" }, /`ip` .*hashed addresses cannot be replayed/],
    ["decisions", { ...DECISION, path: null }, /`path`/],
    ["cloudtrail", { ...CLOUDTRAIL, eventTime: "x" }, /`eventTime`/],
    ["ndjson", { ...NDJSON, ip: "x" }, /^ip: /],
  ])("%s %#", (format, line, message) => {
    expect(reason(format, line)).toMatch(message);
  });

  it("but events of the server that are of the format count as such", () => {
    const started = { level: "info", ts: 1.5, logger: "admin", msg: "admin endpoint started" };
    expect(reason("caddy", started)).toBeNull();
    const loaded = { level: "info", msg: "Configuration loaded", time: "2026-03-04T09:00:01Z" };
    expect(reason("traefik", loaded)).toBeNull();
  });
});

describe("the format", () => {
  it.each<[LogFormat, string | object]>([
    ["combined", COMBINED],
    ["caddy", CADDY],
    ["envoy-json", ENVOY],
    ["nginx-json", NGINX],
    ["traefik", TRAEFIK],
    ["decisions", DECISION],
    ["cloudtrail", CLOUDTRAIL],
    ["ndjson", NDJSON],
  ])("%s is known by a line", (format, line) => {
    expect(formatOf(typeof line === "string" ? line : JSON.stringify(line))).toBe(format);
  });

  it.each(["", "words", "{}", "[1]", '{"a":1}', '{"level":"info","msg":"started","ts":1}'])(
    "is not known by %j",
    (line) => {
      expect(formatOf(line)).toBeNull();
    },
  );

  const crowdsec = join(import.meta.dirname, "../../../../shared/data/crowdsec");
  // Recorded logs of others are not part of the project: without them this is skipped.
  it.skipIf(!existsSync(crowdsec)).each<[LogFormat, string]>([
    ["caddy", "caddy-basic-auth-bf/caddy-logs.log"],
    ["traefik", "traefik_base-http-scenario/traefik_base-http-scenario.log"],
    ["envoy-json", "envoy-http-crawl-non_statics/envoy-http-crawl-non_statics.log"],
    ["combined", "nginx-bad-user-agent/nginx-bad-user-agent.log"],
    ["combined", "apache-http-probing/apache-http-probing.log"],
  ])("%s is told of recorded logs, and each line of them is read: %s", (format, path) => {
    const file = join(crowdsec, path);
    const lines = readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "");
    expect(formatOf(lines[0] ?? "")).toBe(format);
    const reader = lineReader(format, NOBODY);
    expect(lines.map((line) => reader.read(line)).filter((reading) => typeof reading === "string")).toEqual([]);
  });
});

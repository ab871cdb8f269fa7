/**
 * A server to measure, in a process of its own: the enforcement point, or a bare uWebSockets.js handler that reads the same
 * fields and answers the same bytes. Speaks with its parent by messages: `{port}` at first, then CPU time whenever asked.
 */
import { hash } from "node:crypto";
import { type LoadResult, loadPolicyText } from "../dsl/index.ts";
import type { Credential, Policy } from "../engine/index.ts";
import { loadUws, startServer } from "../server/index.ts";
import { ordersPolicy } from "./orders-traffic.ts";

/** What the bare handler answers with. */
export interface Template {
  /** Names and values, alternating. */
  readonly headers: readonly string[];
  readonly body: string;
}
/** First message to the process: which server it is to be. `null` is the enforcement point. */
export interface Start {
  readonly template: Template | null;
  /** Of the enforcement point: how many workers, and a policy of its own instead of the example's. */
  readonly workers?: number;
  readonly policyText?: string;
  /** Origin of the service that it forwards to, where it is to be the proxy in front of one. */
  readonly upstream?: string;
}
/** Messages of the process: where it listens, and the CPU time it has used in microseconds. */
export type Report = { readonly port: number; readonly adminUrl: string } | { readonly cpuMicros: number };

/** So high that none of a thousand clients is ever refused: what is measured is letting requests through. */
const RATE = { allow: 100_000, perMicros: 1_000_000, burst: 100_000 };

function send(report: Report): void {
  process.send?.(report);
}

/** The policy that is enforced. */
export function enforcedPolicy(): Policy {
  const policy = ordersPolicy();
  const clients = policy.clients.map((client, index) => ({ ...client, rate: RATE, credentials: [keyOf(index)] }));
  return { ...policy, clients };
}

async function startEdge({ workers = 1, policyText, upstream }: Start): Promise<Report> {
  const loaded = policyText === undefined ? orders() : loadPolicyText(policyText);
  const listen = { listen: "127.0.0.1:0", admin: "127.0.0.1:0" };
  const options = {
    policy: "bench",
    ...listen,
    watch: false,
    workers,
    ...(upstream === undefined ? {} : { upstream }),
  };
  const server = await startServer(options, { loadPolicy: () => loaded });
  return { port: server.address.port, adminUrl: server.adminUrl ?? "" };
}

function orders(): LoadResult {
  return { policy: enforcedPolicy(), scenarios: [], tests: [], invariants: [], diagnostics: [], sources: [] };
}

function keyOf(index: number): Credential {
  const key = `bench-key-${String(index).padStart(4, "0")}`;
  const unused = { issuer: null, value: null, thumbprint: null, jwk: null, tag: null, issued: null, expires: null };
  return { id: `k${index}`, type: "api_key", hash: `sha256:${hash("sha256", key)}`, ...unused };
}

type App = ReturnType<Awaited<ReturnType<typeof loadUws>>["uws"]["App"]>;
type Handler = Parameters<App["any"]>[1];

/** Keeps what was read, so that reading it is not optimised away. */
let read = 0;

// The peer's address is asked for at each request, as a handler does that keeps nothing of its connections.

const NGINX_FIELDS = ["x-forwarded-for", "x-original-uri", "x-original-method", "host", "x-original-content-length"];
const POLICY_FIELDS = ["x-api-key", "user-agent"];

function bareNginx({ headers }: Template): Handler {
  return (response, request) => {
    read += Buffer.from(response.getRemoteAddressAsText()).length;
    for (const name of NGINX_FIELDS) read += request.getHeader(name).length;
    for (const name of POLICY_FIELDS) read += request.getHeader(name).length;
    answer(response, headers, "");
  };
}

type AskedRecord = Readonly<Record<string, string>> & { readonly headers?: Readonly<Record<string, string>> };

const JSON_FIELDS = ["method", "path", "host", "ip"];

function bareJson({ headers, body }: Template): Handler {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return (response, request) => {
    read += Buffer.from(response.getRemoteAddressAsText()).length + request.getCaseSensitiveMethod().length;
    response.onAborted(() => {});
    response.onData((chunk, last) => {
      if (!last) return;
      const record = JSON.parse(decoder.decode(chunk)) as AskedRecord;
      for (const name of JSON_FIELDS) read += record[name]?.length ?? 0;
      for (const name of POLICY_FIELDS) read += record.headers?.[name]?.length ?? 0;
      // A body's last piece is handed on in a cork.
      answer(response, headers, body);
    });
  };
}

/** 200 is what uWebSockets.js writes by itself. */
function answer(response: Parameters<Handler>[0], headers: readonly string[], body: string): void {
  for (let i = 0; i + 1 < headers.length; i += 2) response.writeHeader(headers[i] ?? "", headers[i + 1] ?? "");
  response.end(body);
}

async function startBare(template: Template): Promise<Report> {
  const { uws } = await loadUws();
  const app = uws.App();
  app.any("/authz/nginx", bareNginx(template));
  app.any("/authz/json", bareJson(template));
  return new Promise((resolve, reject) => {
    app.listen("127.0.0.1", 0, 0, (socket) => {
      if (socket === false) reject(new Error("no free port"));
      else resolve({ port: uws.us_socket_local_port(socket), adminUrl: "" });
    });
  });
}

function reportCpu(): void {
  const { user, system } = process.cpuUsage();
  send({ cpuMicros: user + system });
}

if (process.send !== undefined) {
  process.once("message", (message) => {
    const start = message as Start;
    process.on("message", reportCpu);
    void (start.template === null ? startEdge(start) : startBare(start.template)).then(send);
  });
  // The parent is gone: nobody measures any more. Threads of workers are not waited for.
  process.on("disconnect", () => process.kill(process.pid, read < 0 ? "SIGABRT" : "SIGKILL"));
}

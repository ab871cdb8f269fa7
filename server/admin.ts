/** The admin listener: health, metrics, what runs, and reload. Apart from the data listener, behind a bearer token. */
import { hash, timingSafeEqual } from "node:crypto";
import type { Gate } from "./gate.ts";
import type { ReloadResult } from "./policy-loader.ts";
import { problem } from "./refusal.ts";
import { memoryOf } from "./services.ts";
import type { Handler, Reply, Routes } from "./transport.ts";
import type { Crew } from "./workers/crew.ts";

export interface AdminParts {
  readonly gate: Gate;
  /** Release of the HTTP library, for `/v1/policy`. */
  readonly transport: string;
  readonly reload: () => ReloadResult;
  /** False from the moment the server stops. */
  readonly ready: () => boolean;
  /** Null where there are no workers. */
  readonly crew?: Pick<Crew, "size" | "up" | "ends" | "metrics" | "settled"> | null;
}

export function adminRoutes(parts: AdminParts): Routes {
  const guarded = (method: string, handler: Handler): Handler => onlyWithToken(parts.gate, onlyFor(method, handler));
  return {
    exact: new Map<string, Handler>([
      ["/healthz", (_from, reply) => sendText(reply, 200, "ok\n")],
      ["/readyz", (_from, reply) => sendReadiness(reply, parts.ready())],
      ["/metrics", guarded("GET", (_from, reply) => sendMetrics(parts, reply))],
      ["/v1/policy", guarded("GET", (_from, reply) => sendJson(reply, 200, describePolicy(parts)))],
      ["/v1/reload", guarded("POST", (_from, reply) => sendReload(parts, reply))],
    ]),
    otherwise: (_from, reply) => sendProblem(reply, 404, "no such page; see /healthz /readyz /metrics /v1/policy"),
  };
}

function onlyFor(method: string, handler: Handler): Handler {
  return (from, reply) => {
    if (from.method === method) return handler(from, reply);
    sendProblem(reply, 405, `use ${method}`, ["Allow", method]);
  };
}

function onlyWithToken(gate: Gate, handler: Handler): Handler {
  const token = gate.config.adminToken;
  if (token === null) return handler;
  const expected = digest(`Bearer ${token}`);
  return (from, reply) => {
    if (timingSafeEqual(digest(from.header("authorization")), expected)) return handler(from, reply);
    sendProblem(reply, 401, "a bearer token is needed", ["WWW-Authenticate", 'Bearer realm="edgepolicy admin"']);
  };
}

/** Hashed first, so that texts of any length compare in one time. */
function digest(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

function describePolicy({ gate, transport, crew }: AdminParts): object {
  const { policy, lists } = gate.view;
  const mode = ({ name, rollout }: { name: string; rollout: { mode: string } }): object => ({
    name,
    mode: rollout.mode,
  });
  return {
    name: policy.name,
    version: policy.version,
    default: policy.settings.default,
    rules: policy.rules.map(mode),
    limits: policy.limits.map(mode),
    signals: policy.signals.map(({ name }) => name),
    lists: policy.lists.map(({ name, file, values }) => ({ name, file, entries: lists.get(name) ?? values.length })),
    facts: policy.facts.map(({ name, header }) => ({ name, header })),
    clients: policy.clients.length,
    state: memoryOf(gate.engine),
    transport: `uWebSockets.js ${transport}`,
    workers: crew ? { size: crew.size, up: crew.up, ends: crew.ends } : { size: 1, up: 1, ends: 0 },
  };
}

/** The answer comes when every worker decides by the new policy. */
function sendReload({ reload, crew }: AdminParts, reply: Reply): void {
  const result = reload();
  const send = (): void => sendJson(reply, result.applied ? 200 : 422, result);
  if (crew) void crew.settled().then(send);
  else send();
}

function sendReadiness(reply: Reply, ready: boolean): void {
  if (ready) sendText(reply, 200, "ready\n");
  else sendText(reply, 503, "stopping\n");
}

function sendMetrics({ gate, crew }: AdminParts, reply: Reply): void {
  const send = (text: string): void =>
    reply.send(200, ["Content-Type", "text/plain; version=0.0.4; charset=utf-8"], text);
  const own = gate.metrics.render();
  if (crew) void crew.metrics(own).then(send);
  else send(own);
}

function sendText(reply: Reply, status: number, text: string): void {
  reply.send(status, ["Content-Type", "text/plain; charset=utf-8", "Cache-Control", "no-store"], text);
}

function sendJson(reply: Reply, status: number, value: object): void {
  reply.send(status, ["Content-Type", "application/json", "Cache-Control", "no-store"], `${JSON.stringify(value)}\n`);
}

function sendProblem(reply: Reply, status: number, detail: string, fields: readonly string[] = []): void {
  const { headers, body } = problem(status, detail, fields);
  reply.send(status, headers, body);
}

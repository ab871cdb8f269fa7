/**
 * The admin listener: health, metrics, what runs, and what an operator does with it. Apart from the data listener, behind bearer tokens;
 * `admin/` has an endpoint a file.
 */
import { Access } from "./admin/access.ts";
import { auditEndpoint } from "./admin/audit.ts";
import { bansEndpoint } from "./admin/bans.ts";
import {
  ACT,
  type Answer,
  type Call,
  type Endpoint,
  endpointHandler,
  onlyMembers,
  sendProblem,
  statedText,
} from "./admin/call.ts";
import { clientsEndpoint } from "./admin/clients.ts";
import { decisionsEndpoint } from "./admin/decisions.ts";
import { explainEndpoint } from "./admin/explain.ts";
import { overlaysEndpoint } from "./admin/overlays.ts";
import type { AdminParts } from "./admin/parts.ts";
import { describePolicy } from "./admin/policy.ts";
import { revocationsEndpoint } from "./admin/revocations.ts";
import { closestName } from "../traffic/index.ts";
import type { Handler, Reply, Routes } from "./transport.ts";

const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Every endpoint that a token guards. */
function endpointsOf(parts: AdminParts): readonly Endpoint[] {
  return [
    { path: "/metrics", get: async () => ({ value: await metricsOf(parts), contentType: METRICS_TYPE }) },
    { path: "/v1/policy", get: () => ({ value: describePolicy(parts) }) },
    {
      path: "/v1/reload",
      post: (call) => reload(parts, call),
      examples: { post: { author: "m.rossi", reason: "version 12" } },
    },
    clientsEndpoint(parts),
    bansEndpoint(parts),
    overlaysEndpoint(parts),
    revocationsEndpoint(parts),
    decisionsEndpoint(parts),
    explainEndpoint(parts),
    auditEndpoint(parts),
  ];
}

/** Endpoints that answer below their path too. */
const WITH_PARTS: ReadonlySet<string> = new Set(["/v1/clients", "/v1/bans", "/v1/overlays"]);

export function adminRoutes(parts: AdminParts): Routes {
  const { config } = parts.gate;
  const access = new Access(config.adminTokens);
  const guarded = endpointsOf(parts).map(
    (endpoint) => [endpoint.path, endpointHandler(endpoint, access, config.report)] as const,
  );
  const pages = ["/healthz", "/readyz", ...guarded.map(([path]) => path)];
  return {
    exact: new Map<string, Handler>([
      ["/healthz", (_from, reply) => sendText(reply, 200, "ok\n")],
      ["/readyz", (_from, reply) => sendReadiness(reply, parts.unready())],
      ...guarded,
    ]),
    under: new Map(guarded.filter(([path]) => WITH_PARTS.has(path))),
    otherwise: (from, reply) => sendProblem(reply, 404, noSuchPage(from.path, pages)),
  };
}

function noSuchPage(path: string, pages: readonly string[]): string {
  const close = closestName(path, pages);
  return `no such page; ${close === null ? `see ${pages.join(" ")}` : `did you mean \`${close}\`?`}`;
}

/** Of all threads. */
function metricsOf({ gate, crew }: AdminParts): string | Promise<string> {
  const own = gate.metrics.render();
  return crew ? crew.metrics(own) : own;
}

/** The answer comes when every worker decides by the new policy. */
async function reload(parts: AdminParts, { caller: { token, role }, body }: Call): Promise<Answer> {
  onlyMembers(body, ACT);
  const stated = (name: string): string | null => (Object.hasOwn(body, name) ? statedText(body, name) : null);
  const reason = stated("reason");
  const cause = `POST /v1/reload${reason === null ? "" : `: ${reason}`}`;
  const result = await parts.reload(cause, { author: stated("author") ?? token ?? "somebody here", token, role });
  await parts.crew?.settled();
  return { status: result.applied ? 200 : 422, value: result };
}

function sendReadiness(reply: Reply, unready: string | null): void {
  if (unready === null) sendText(reply, 200, "ready\n");
  else sendText(reply, 503, `${unready}\n`);
}

function sendText(reply: Reply, status: number, text: string): void {
  reply.send(status, ["Content-Type", "text/plain; charset=utf-8", "Cache-Control", "no-store"], text);
}

/**
 * The admin listener: health, metrics, what runs, and what an operator does with it. Apart from the data listener, behind bearer tokens;
 * `admin/` has an endpoint a file.
 */
import { Access, type Caller } from "./admin/access.ts";
import { auditEndpoint } from "./admin/audit.ts";
import { bansEndpoint } from "./admin/bans.ts";
import { type Answer, type Endpoint, endpointHandler, sendProblem } from "./admin/call.ts";
import { clientsEndpoint } from "./admin/clients.ts";
import { decisionsEndpoint } from "./admin/decisions.ts";
import { explainEndpoint } from "./admin/explain.ts";
import { overlaysEndpoint } from "./admin/overlays.ts";
import type { AdminParts } from "./admin/parts.ts";
import { describePolicy } from "./admin/policy.ts";
import { revocationsEndpoint } from "./admin/revocations.ts";
import type { Handler, Reply, Routes } from "./transport.ts";

const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Every endpoint that a token guards. */
function endpointsOf(parts: AdminParts): readonly Endpoint[] {
  return [
    { path: "/metrics", get: async () => ({ value: await metricsOf(parts), contentType: METRICS_TYPE }) },
    { path: "/v1/policy", get: () => ({ value: describePolicy(parts) }) },
    { path: "/v1/reload", post: ({ caller }) => reload(parts, caller) },
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
  const pages = guarded.map(([path]) => path).join(" ");
  return {
    exact: new Map<string, Handler>([
      ["/healthz", (_from, reply) => sendText(reply, 200, "ok\n")],
      ["/readyz", (_from, reply) => sendReadiness(reply, parts.ready())],
      ...guarded,
    ]),
    under: new Map(guarded.filter(([path]) => WITH_PARTS.has(path))),
    otherwise: (_from, reply) => sendProblem(reply, 404, `no such page; see /healthz /readyz ${pages}`),
  };
}

/** Of all threads. */
function metricsOf({ gate, crew }: AdminParts): string | Promise<string> {
  const own = gate.metrics.render();
  return crew ? crew.metrics(own) : own;
}

/** The answer comes when every worker decides by the new policy. */
async function reload(parts: AdminParts, caller: Caller): Promise<Answer> {
  const result = parts.reload(caller);
  await parts.crew?.settled();
  return { status: result.applied ? 200 : 422, value: result };
}

function sendReadiness(reply: Reply, ready: boolean): void {
  if (ready) sendText(reply, 200, "ready\n");
  else sendText(reply, 503, "stopping\n");
}

function sendText(reply: Reply, status: number, text: string): void {
  reply.send(status, ["Content-Type", "text/plain; charset=utf-8", "Cache-Control", "no-store"], text);
}

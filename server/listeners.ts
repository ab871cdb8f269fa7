/** The listeners: data, where decisions are asked for or requests come through, admin, and HAProxy's. */
import type { CallerName } from "../dsl/index.ts";
import { adminRoutes } from "./admin.ts";
import type { AdminParts } from "./admin/parts.ts";
import { apisixHandler } from "./authz/apisix.ts";
import { caddyHandler } from "./authz/caddy.ts";
import { ENVOY_PREFIX, envoyHandler } from "./authz/envoy.ts";
import { jsonHandler } from "./authz/json.ts";
import { nginxHandler } from "./authz/nginx.ts";
import { outcomeHandler } from "./authz/outcome.ts";
import { traefikHandler } from "./authz/traefik.ts";
import { BodyRoom } from "./body-room.ts";
import type { Config } from "./config.ts";
import { proxyHandler } from "./proxy/proxy.ts";
import { proxySockets } from "./proxy/web-socket.ts";
import { problem } from "./refusal.ts";
import { describeFault } from "./report.ts";
import type { Reloader } from "./reload.ts";
import { STREAM_PATH } from "./stream/protocol.ts";
import { streamHandler, streamRoute } from "./stream/route.ts";
import type { Services } from "./services.ts";
import type { SpoeAgent } from "./spoe/agent.ts";
import type { Stopper } from "./stop.ts";
import type { Handler, Listen, Listener, Routes, TransportOptions } from "./transport.ts";
import type { Crew } from "./workers/crew.ts";

export interface Listeners {
  readonly data: Listener;
  readonly admin: Listener | null;
  readonly haproxy: SpoeAgent | null;
}

/** @throws {ServerError} `address_in_use`; whatever was opened before is closed again. */
export async function openListeners(
  services: Services,
  reloader: Reloader,
  stopper: Stopper,
  listen: Listen,
  transport: string,
  crew: Crew | null = null,
): Promise<Listeners> {
  const { config } = services.gate;
  const onFault = faultsTo(config);
  const data =
    crew === null
      ? listen({ address: config.listen, ...dataServed(services) })
      : crew.open({ address: config.listen, routes: { exact: new Map(), otherwise: noWorker }, onFault });
  const open: { close(): unknown }[] = [data];
  const { gate, operation } = services;
  const parts: Omit<AdminParts, "operation"> = {
    gate,
    transport,
    reload: (cause, by) => reloader.reloadInTime(cause, by),
    sources: () => reloader.sourceFiles,
    unready: () => (stopper.stopping ? "stopping" : (crew?.unready ?? null)),
    crew,
  };
  try {
    const admin =
      config.admin === null || operation === null
        ? null
        : listen({ address: config.admin, routes: adminRoutes({ ...parts, operation }), onFault });
    if (admin !== null) open.push(admin);
    return { data, admin, haproxy: await openHaproxy(services) };
  } catch (problem) {
    for (const listener of open) void listener.close();
    throw problem;
  }
}

/** Loaded where HAProxy asks. */
async function openHaproxy({ gate, holds }: Services): Promise<SpoeAgent | null> {
  const { haproxy } = gate.config;
  if (haproxy === null) return null;
  const { openSpoeAgent } = await import("./spoe/agent.ts");
  return openSpoeAgent(haproxy, gate, holds);
}

/** What the data listener serves, whoever has its connections. */
export function dataServed(services: Services): Omit<TransportOptions, "address"> {
  const { config, metrics } = services.gate;
  return {
    routes: dataRoutes(services),
    onFault: faultsTo(config),
    sendTimeoutMs: config.sendTimeoutMs,
    onUnread: () => void metrics.unreadAnswers++,
  };
}

function faultsTo({ report }: Config): TransportOptions["onFault"] {
  return (fault) => report(`fault in a handler: ${describeFault(fault)}`, "fault");
}

function dataRoutes(services: Services): Routes {
  const { gate, holds } = services;
  const doors: readonly (readonly [CallerName | null, path: string, Handler])[] = [
    ["apisix", "/authz/apisix", apisixHandler(gate, holds)],
    ["caddy", "/authz/caddy", caddyHandler(gate, holds)],
    [null, "/authz/json", jsonHandler(gate)],
    ["nginx", "/authz/nginx", nginxHandler(gate, holds)],
    [null, "/authz/outcome", outcomeHandler(gate)],
    [null, STREAM_PATH, streamHandler],
    ["traefik", "/authz/traefik", traefikHandler(gate, holds)],
  ];
  const { via } = gate.config.callers;
  const isOpen = (caller: CallerName | null): boolean => caller === null || via.length === 0 || via.includes(caller);
  return {
    exact: new Map(doors.map(([caller, path, handler]) => [path, isOpen(caller) ? handler : closed] as const)),
    sockets: new Map([[STREAM_PATH, streamRoute(gate)]]),
    under: new Map([[ENVOY_PREFIX, isOpen("envoy") ? envoyHandler(gate, holds) : closed]]),
    ...proxyRoutes(services),
  };
}

function proxyRoutes({ gate, holds, upstream }: Services): Pick<Routes, "otherwise" | "otherSockets"> {
  if (upstream === null) return { otherwise: notServed };
  const parts = { gate, upstream, holds, signed: new BodyRoom(gate.config.signedRequests.bodiesBytesMax) };
  return { otherwise: proxyHandler(parts), otherSockets: proxySockets(parts) };
}
const noWorker: Handler = (_from, reply) => {
  const { status, headers, body } = problem(503, "no worker is up", ["Retry-After", "1"]);
  reply.send(status, headers, body);
};

const notServed: Handler = (_from, reply) => {
  const { status, headers, body } = problem(404, "nothing is served here but /authz/*: no upstream is configured");
  reply.send(status, headers, body);
};

const closed: Handler = (_from, reply) => {
  const { status, headers, body } = problem(
    403,
    "the server was told that other callers ask it (option callers, --via)",
  );
  reply.send(status, headers, body);
};

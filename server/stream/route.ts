/** `/authz/stream`: who may open a stream, and how many at once. */
import { refuseCall } from "../authz/json.ts";
import type { Gate } from "../gate.ts";
import { increment } from "../metrics.ts";
import { problem } from "../refusal.ts";
import type { Handler, Reply, RequestView } from "../transport.ts";
import type { AcceptSocket, SocketRoute } from "../web-socket.ts";
import { StreamSession } from "./session.ts";

/** The WebSocket's route. */
export function streamRoute(gate: Gate): SocketRoute {
  const { connectionsMax, frameBytesMax, idleSeconds, waitingBytesMax } = gate.config.stream;
  let connections = 0;
  gate.metrics.addGauge({
    name: "stream_connections",
    help: "Open connections of /authz/stream.",
    type: "gauge",
    read: () => connections,
  });
  const leave = (): void => void connections--;
  return {
    limits: { messageBytesMax: frameBytesMax, idleSeconds, waitingBytesMax },
    onUpgrade: (from, reply, accept) => {
      if (refuse(gate, from, reply, connections < connectionsMax)) return;
      if (open(gate, accept, leave)) connections++;
    },
  };
}

function open(gate: Gate, accept: AcceptSocket, leave: () => void): boolean {
  return accept(new StreamSession(gate, gate.config.stream, leave));
}

/** A page in a browser on this machine could reach a port that is open to this machine alone; gateways send no `Origin`. */
function refuse(gate: Gate, from: RequestView, reply: Reply, hasRoom: boolean): boolean {
  const refused =
    refuseCall(gate, from.peer, "POST") ??
    (from.header("origin") === "" ? null : problem(403, "browsers are not served here")) ??
    (hasRoom ? null : problem(503, "too many streams are open", ["Retry-After", "1"]));
  if (refused === null) return false;
  if (refused.status === 503) increment(gate.metrics.malformed, "too_many_streams");
  reply.send(refused.status, refused.headers, refused.body);
  return true;
}

/** Whoever asks without an upgrade is told what this is. */
export const streamHandler: Handler = (_from, reply) => {
  const { status, headers, body } = problem(426, "this is a WebSocket", [
    "Upgrade",
    "websocket",
    "Connection",
    "Upgrade",
  ]);
  reply.send(status, headers, body);
};

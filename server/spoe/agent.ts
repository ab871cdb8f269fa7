/** The agent that HAProxy asks, over TCP: connections of configured peers alone, so many at a time. */
import { createServer, type Server, type Socket } from "node:net";
import { makeOutcome, Networks } from "../../engine/index.ts";
import { CALLER_GONE } from "../abandon.ts";
import type { Gate } from "../gate.ts";
import type { Holds } from "../hold.ts";
import { increment } from "../metrics.ts";
import { ServerError } from "../server-error.ts";
import { addressText, type ListenAddress } from "../transport.ts";
import { SpoeConnection } from "./connection.ts";
import { STATUS } from "./frames.ts";
import { haproxyAnswering } from "./haproxy.ts";
import { InFlight } from "./in-flight.ts";

/** Connections at once: HAProxy opens few and keeps them. */
const CONNECTIONS_MAX = 1_024;
/** From where a connection that ends without a word is the end of a process; from elsewhere it may be that of the network between. */
const LOOPBACK = new Networks(["127.0.0.0/8", "::1/128"]);

export interface SpoeAgent extends ListenAddress {
  /** Takes no new connections and says goodbye to those that are there. */
  close(): Promise<void>;
}

/** @throws {ServerError} `address_in_use`. */
export async function openSpoeAgent(where: ListenAddress, gate: Gate, holds: Holds): Promise<SpoeAgent> {
  const connections = new Map<Socket, SpoeConnection>();
  const answering = haproxyAnswering(gate, holds);
  const options = { sendTimeoutMs: gate.config.sendTimeoutMs, onUnread: () => void gate.metrics.unreadAnswers++ };
  const inFlight = new InFlight(
    (id) => void gate.observe(id, makeOutcome(CALLER_GONE)),
    () => gate.now(),
    gate.config.outcomesMax,
  );
  const server = createServer((socket) => {
    const { adapter, address } = gate.view.peers.of(socket.remoteAddress ?? "");
    if (!adapter) {
      increment(gate.metrics.malformed, "untrusted_peer");
      return socket.destroy();
    }
    const near = LOOPBACK.has(address);
    connections.set(socket, new SpoeConnection(socket, answering, { ...options, inFlight: near ? inFlight : null }));
    socket.on("close", () => connections.delete(socket));
  });
  server.maxConnections = CONNECTIONS_MAX;
  await listen(server, where);
  return { host: where.host, port: portOf(server), close: () => close(server, connections) };
}

function listen(server: Server, { host, port }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", () =>
      reject(
        new ServerError(
          "address_in_use",
          `cannot listen on ${addressText({ host, port })} for HAProxy: the port is taken, or the address is not this machine's`,
          "stop what listens there, or choose another port (0 lets the system choose)",
        ),
      ),
    );
    server.listen(port, host, resolve);
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

function close(server: Server, connections: ReadonlyMap<Socket, SpoeConnection>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const [socket, connection] of connections) {
      connection.close(STATUS.normal, "the server stops");
      socket.end(() => socket.destroy());
    }
  });
}

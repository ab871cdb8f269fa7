/**
 * WebSockets through the inline proxy. The request for one is decided on as any other; what is let through is asked of the service first, so
 * that its refusal and its choice of a subprotocol reach the caller. Then messages pass both ways: a caller that does not read pauses
 * the service; a service that does not read ends the socket, because the transport cannot be told to wait.
 */
import type { IncomingMessage } from "node:http";
import type { WebSocket } from "ws";
import { makeOutcome } from "../../engine/index.ts";
import type { Gate } from "../gate.ts";
import { increment } from "../metrics.ts";
import { problem } from "../refusal.ts";
import type { AcceptSocket, Socket, SocketHandler, SocketLimits, SocketRoute } from "../web-socket.ts";
import { CLOSE } from "../web-socket.ts";
import { requestHeaders, responseHeaders } from "./forward-headers.ts";
import type { Passage, Permit, ProxyParts } from "./proxy.ts";
import { answer, forwardOptions, observe, passThrough, refuseBusy } from "./proxy.ts";
import { UNFORWARDABLE } from "./upstream-failure.ts";

const LIMITS: SocketLimits = { messageBytesMax: 1_048_576, idleSeconds: 120, waitingBytesMax: 4 * 1_048_576 };
/** Bytes of a refusal of the service that are passed on. */
const REFUSAL_BYTES_MAX = 65_536;
/** Header fields of the handshake that each side has for itself (RFC 6455 §4). */
const HANDSHAKE = /^(?:sec-websocket-.*|host)$/;
/** Close codes that stand for the want of one and are never sent (RFC 6455 §7.4.1). */
const UNSENT: ReadonlySet<number> = new Set([1005, 1006, 1015]);

export function proxySockets(parts: ProxyParts): SocketRoute {
  return {
    limits: LIMITS,
    onUpgrade: (from, reply, accept) => {
      passThrough(parts, from, reply, (_, passage, permit) => connect(parts, passage, permit, accept));
    },
  };
}

/** Asks the service for the socket, and bridges both where it agrees. */
function connect(parts: ProxyParts, passage: Passage, permit: Permit, accept: AcceptSocket): void {
  const { gate, upstream } = parts;
  const { reply } = passage;
  if (!upstream.hasRoom) return refuseBusy(gate, passage, permit);
  const startedAt = performance.now();
  const service = askService(parts, passage, permit);
  if (service === null) return refuseUnforwardable(gate, passage, permit);
  const release = upstream.take();
  let settled = false;
  const settle = (status: number): boolean => {
    if (settled) return false;
    settled = true;
    const latencyMicros = Math.round((performance.now() - startedAt) * 1_000);
    observe(gate, permit, makeOutcome(status, { latencyMicros }));
    return true;
  };
  reply.onAbort(() => {
    settle(499);
    service.terminate();
  });
  service.once("close", release);
  service.once("unexpected-response", (_request, response: IncomingMessage) => {
    if (settle(response.statusCode ?? 502)) passRefusal(gate, passage, permit, response, service);
    else service.terminate();
  });
  service.once("error", (fault) => {
    const { status, kind } = failureOf(fault);
    if (!settle(status)) return;
    increment(gate.metrics.upstreamErrors, kind);
    const detail = "the service did not open the WebSocket";
    answer(reply, problem(status, detail, permit.named));
  });
  service.once("open", () => {
    settle(101);
    const { protocol } = service;
    const bridge = new Bridge(service);
    const options = { headers: permit.fields, ...(protocol === "" ? {} : { protocol }) };
    if (!accept(bridge, options)) service.terminate();
  });
}

function refuseUnforwardable(gate: Gate, { reply }: Passage, permit: Permit): void {
  const { status, kind, detail } = UNFORWARDABLE;
  increment(gate.metrics.upstreamErrors, kind);
  answer(reply, problem(status, detail, permit.named));
  observe(gate, permit, makeOutcome(status));
}

function askService({ gate, upstream }: ProxyParts, { incoming }: Passage, permit: Permit): WebSocket | null {
  const headers: Record<string, string | string[]> = {};
  const forwarded = requestHeaders(incoming, forwardOptions(gate, incoming, permit));
  for (let index = 0; index < forwarded.length; index += 2) {
    const name = forwarded[index] ?? "";
    if (HANDSHAKE.test(name)) continue;
    const value = forwarded[index + 1] ?? "";
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return upstream.openSocket({
    target: incoming.target,
    protocols: protocolsOf(incoming.first["sec-websocket-protocol"]),
    headers: { ...headers, host: incoming.host },
    messageBytesMax: LIMITS.messageBytesMax,
  });
}

/** Subprotocols that were offered, once each; what is no token the service could not answer with. */
function protocolsOf(offered: string | undefined): string[] {
  const names = (offered ?? "").split(",").map((name) => name.trim());
  return [...new Set(names.filter((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name)))];
}

/** The service's refusal of the handshake as it stands, up to a bound of its body and of time: a service may answer with what has no end. */
function passRefusal(
  { config }: Gate,
  { reply }: Passage,
  permit: Permit,
  response: IncomingMessage,
  service: WebSocket,
): void {
  const fields = [...responseHeaders(response.headers), ...permit.fields];
  const chunks: Buffer[] = [];
  let bytes = 0;
  const send = (): void => {
    clearTimeout(deadline);
    reply.send(response.statusCode ?? 502, fields, Buffer.concat(chunks).subarray(0, REFUSAL_BYTES_MAX));
    service.terminate();
  };
  const deadline = setTimeout(send, config.upstreamTimeoutMs);
  response.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= REFUSAL_BYTES_MAX) send();
  });
  response.once("end", send);
  response.once("error", send);
}

function failureOf(fault: Error): { readonly status: 502 | 504; readonly kind: "timeout" | "unreachable" | "broken" } {
  if (fault.message.includes("timed out")) return { status: 504, kind: "timeout" };
  const { code } = fault as { readonly code?: string };
  return { status: 502, kind: code === "ECONNREFUSED" || code === "ENOTFOUND" ? "unreachable" : "broken" };
}

/** Passes messages between a caller's socket and the service's. */
class Bridge implements SocketHandler {
  readonly #service: WebSocket;
  #caller: Socket | null = null;

  constructor(service: WebSocket) {
    this.#service = service;
    // Nothing may come before the caller's end is open.
    service.pause();
  }

  onOpen(caller: Socket): void {
    this.#caller = caller;
    const service = this.#service;
    service.on("message", (data: Buffer, binary: boolean) => {
      const isTaken = caller.send(binary ? data : data.toString("utf8"));
      // Of one that has gone, what still comes is let by: the service's own close frame is behind it.
      if (!isTaken && !caller.closed) service.pause();
    });
    service.on("close", (code: number, reason: Buffer) => {
      if (code === 1006) caller.cut();
      else caller.end(UNSENT.has(code) ? 1000 : code, reason.toString("utf8"));
    });
    service.on("error", () => service.terminate());
    service.resume();
  }

  onMessage(data: Uint8Array, binary: boolean): void {
    const service = this.#service;
    if (service.readyState !== service.OPEN) return;
    service.send(Buffer.from(data), { binary });
    if (service.bufferedAmount <= LIMITS.waitingBytesMax) return;
    this.#caller?.end(CLOSE.tryLater, "the service does not read");
    service.terminate();
  }

  onDrain(): void {
    this.#service.resume();
  }

  onStop(): void {
    this.#caller?.end(CLOSE.goingAway, "the proxy stops");
  }

  onClose(code: number, reason: string): void {
    const service = this.#service;
    if (code === 1006) return service.terminate();
    service.resume();
    service.close(UNSENT.has(code) ? 1000 : code, reason);
  }
}

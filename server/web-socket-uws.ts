/**
 * WebSockets over uWebSockets.js. A socket must not be touched after it closed, `end` and `close` call the close handler before
 * they return, and a request for an upgrade dies with its handler, so what an upgrade needs of it is read at once. A frame without a mask,
 * which RFC 6455 §5.1 wants refused, is read as if it had one: the library does not look, and what comes out is noise.
 */
import type { UwsApp, UwsContext, UwsRequest, UwsResponse, UwsWebSocket } from "./load-uws.ts";
import { UwsReply } from "./reply-uws.ts";
import type { ReplyCounts } from "./reply-uws.ts";
import type { RequestView } from "./transport.ts";
import type { AcceptOptions, Socket, SocketHandler, SocketLimits, SocketRoute } from "./web-socket.ts";
import { CLOSE } from "./web-socket.ts";

/** What `send` of uWebSockets.js returns where the message was not sent, for want of room; and where it was sent whole. */
const DROPPED = 2;
const SENT = 1;
/** RFC 6455 §5.5: a control frame carries 125 bytes, of which the code takes two. */
const REASON_BYTES_MAX = 123;

/** What uWebSockets.js keeps of a socket: it copies the properties, so there is one. */
interface SocketData {
  readonly own: UwsSocket;
}

/** What a listener keeps of its sockets. */
export interface SocketParts {
  readonly counts: ReplyCounts;
  readonly open: Set<UwsSocket>;
  readonly onFault: (fault: unknown) => void;
  /** Told once of each connection that is a WebSocket's from now on. */
  readonly onUpgraded: () => void;
  /** The request as handlers see it, for as long as the upgrade handler runs. */
  readonly viewOf: (response: UwsResponse, request: UwsRequest) => RequestView;
}

/** Serves WebSockets at `pattern`; other requests for it go on to the handlers of requests. */
export function serveSockets(app: UwsApp, pattern: string, route: SocketRoute, parts: SocketParts): void {
  const { limits } = route;
  app.ws<SocketData>(pattern, {
    compression: 0,
    maxPayloadLength: 2 * limits.messageBytesMax,
    idleTimeout: limits.idleSeconds,
    maxBackpressure: limits.waitingBytesMax,
    sendPingsAutomatically: true,
    upgrade: (response, request, context) => upgrade(route, parts, response, request, context),
    open: (socket) => {
      parts.onUpgraded();
      socket.getUserData().own.opened(socket);
    },
    message: (socket, data, binary) => socket.getUserData().own.received(data, binary),
    drain: (socket) => socket.getUserData().own.drained(),
    close: (socket, code, reason) => socket.getUserData().own.wasClosed(code, reason),
  });
}

function upgrade(
  route: SocketRoute,
  parts: SocketParts,
  response: UwsResponse,
  request: UwsRequest,
  context: UwsContext,
): void {
  const reply = new UwsReply(response, parts.counts);
  const view = parts.viewOf(response, request);
  const peer = view.peer;
  const key = view.header("sec-websocket-key");
  const accept = (handler: SocketHandler, { protocol = "", headers = [] }: AcceptOptions = {}): boolean =>
    reply.handOver(headers, (late) => {
      const socket = new UwsSocket(handler, route.limits, parts, peer, late);
      response.upgrade({ own: socket }, key, protocol, "", context);
    });
  try {
    if (!refuse(view, reply, parts)) route.onUpgrade(view, reply, accept);
  } catch (fault) {
    parts.onFault(fault);
    reply.send(500, [], "");
  }
  reply.outliveHandler();
}

/** uWebSockets.js looks at the key alone; RFC 6455 §4.2.1 asks for more, and what one reader takes for a body is the first message to another. */
function refuse(view: RequestView, reply: UwsReply, { counts }: SocketParts): boolean {
  if (view.header("upgrade").toLowerCase() !== "websocket" || announcesBody(view)) reply.send(400, [], "");
  else if (view.header("sec-websocket-version") !== "13") reply.send(426, ["Sec-WebSocket-Version", "13"], "");
  else if (counts.draining) reply.send(503, [], "");
  return reply.closed;
}

function announcesBody(view: RequestView): boolean {
  return view.header("transfer-encoding") !== "" || !/^0*$/.test(view.header("content-length"));
}

export class UwsSocket implements Socket {
  closed = true;
  readonly peer: string;
  readonly #handler: SocketHandler;
  readonly #limits: SocketLimits;
  readonly #parts: SocketParts;
  readonly #late: boolean;
  #socket: UwsWebSocket<SocketData> | null = null;

  /** @param late - Whether the upgrade is not done by its handler but later. */
  constructor(handler: SocketHandler, limits: SocketLimits, parts: SocketParts, peer: string, late: boolean) {
    this.#handler = handler;
    this.#limits = limits;
    this.#parts = parts;
    this.peer = peer;
    this.#late = late;
  }

  get waitingBytes(): number {
    return this.closed ? 0 : (this.#socket?.getBufferedAmount() ?? 0);
  }

  send(message: string | Uint8Array): boolean {
    const socket = this.#socket;
    if (this.closed || socket === null) return false;
    const sent = socket.send(message, typeof message !== "string", false);
    if (sent === DROPPED) this.cut();
    return sent === SENT;
  }

  end(code: number, reason: string): void {
    const socket = this.#socket;
    if (this.closed || socket === null) return;
    // A close frame does not fit behind a full buffer, and uWebSockets.js would say nothing of it.
    if (socket.getBufferedAmount() >= this.#limits.waitingBytesMax) socket.close();
    else socket.end(code, shortened(reason));
  }

  cut(): void {
    if (!this.closed) this.#socket?.close();
  }

  /** The listener closes. */
  stop(): void {
    this.#guarded(() => this.#handler.onStop());
  }

  // ── what uWebSockets.js tells ──────────────────────────────────────────────

  opened(socket: UwsWebSocket<SocketData>): void {
    this.#socket = socket;
    this.closed = false;
    this.#parts.open.add(this);
    this.#parts.counts.inFlight++;
    const open = (): void => this.#guarded(() => this.#handler.onOpen(this));
    // What is sent at once would be written into the cork of a late upgrade, which can break the connection.
    if (this.#late) queueMicrotask(open);
    else open();
  }

  received(data: ArrayBuffer, binary: boolean): void {
    if (this.closed) return;
    const { messageBytesMax } = this.#limits;
    if (data.byteLength > messageBytesMax) {
      this.end(CLOSE.tooBig, `a message has at most ${messageBytesMax} bytes`);
    } else {
      this.#guarded(() => this.#handler.onMessage(new Uint8Array(data), binary));
    }
  }

  drained(): void {
    if (!this.closed && this.waitingBytes === 0) this.#guarded(() => this.#handler.onDrain());
  }

  wasClosed(code: number, reason: ArrayBuffer): void {
    if (this.closed) return;
    this.closed = true;
    this.#socket = null;
    this.#parts.open.delete(this);
    this.#parts.counts.inFlight--;
    this.#guarded(() => this.#handler.onClose(code, Buffer.from(reason).toString()));
  }

  #guarded(run: () => void): void {
    try {
      run();
    } catch (fault) {
      this.#parts.onFault(fault);
      this.end(CLOSE.fault, "the server failed");
    }
  }
}

/** As many whole characters of a reason as there is room for. */
function shortened(reason: string): string {
  if (Buffer.byteLength(reason) <= REASON_BYTES_MAX) return reason;
  const cut = Buffer.from(reason).subarray(0, REASON_BYTES_MAX).toString();
  return cut.replace(/\uFFFD+$/, "");
}

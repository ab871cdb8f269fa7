/**
 * What a transport offers to those who speak over WebSockets (RFC 6455). As in `transport.ts`, what is here knows nothing of the
 * library below, and handlers are tested without sockets.
 */
import type { Reply, RequestView } from "./transport.ts";

/** Close codes of RFC 6455 §7.4.1 that are sent here. */
export const CLOSE = {
  goingAway: 1001,
  badData: 1007,
  policy: 1008,
  tooBig: 1009,
  fault: 1011,
  tryLater: 1013,
} as const;

/** What one route allows of each of its sockets. */
export interface SocketLimits {
  /** Bytes of a message, its fragments together. A longer one ends the socket with 1009; one twice as long cuts it, unread. */
  readonly messageBytesMax: number;
  /** Seconds without any sign of the peer after which the socket is cut, 8 to 960. Peers are pinged in time, so only the dead are. */
  readonly idleSeconds: number;
  /** Bytes that may wait for a peer that does not read. What would exceed them cuts the socket: a message lost is a stream broken. */
  readonly waitingBytesMax: number;
}

/** An open socket. When it is closed every method does nothing, so that nobody need look first. */
export interface Socket {
  readonly closed: boolean;
  /** Text form of the peer's address. */
  readonly peer: string;
  /** Bytes sent that the peer has not taken yet. */
  readonly waitingBytes: number;
  /**
   * Sends a message: text as text, bytes as binary, copied before it returns.
   *
   * @returns False if the peer is slow (better wait for {@link SocketHandler.onDrain}) or gone.
   */
  send(message: string | Uint8Array): boolean;
  /**
   * Ends the socket with a close frame. {@link SocketHandler.onClose} is called before this returns.
   *
   * @param reason - Cut to the 123 bytes that a close frame has room for.
   */
  end(code: number, reason: string): void;
  /** Cuts the connection, without a word. */
  cut(): void;
}

/** What is told of one socket. A handler that throws ends its socket with 1011. */
export interface SocketHandler {
  /** Called first, once. */
  onOpen(socket: Socket): void;
  /** @param data - Valid only during the call: copy what is kept. A text is valid UTF-8. */
  onMessage(data: Uint8Array, binary: boolean): void;
  /** The peer has taken all that waited. */
  onDrain(): void;
  /** The listener closes: end the socket as soon as what was begun is done. The server waits a while for it. */
  onStop(): void;
  /** Called last, once, whoever closed; 1006 where no close frame came. */
  onClose(code: number, reason: string): void;
}

/** What the answer to an accepted upgrade says. */
export interface AcceptOptions {
  /** One of the subprotocols that were offered. Default: none. */
  readonly protocol?: string;
  /** More header fields, names and values alternating. */
  readonly headers?: readonly string[];
}

/**
 * Makes the connection a WebSocket; may be called after the handler has returned, once.
 *
 * @returns False if the peer has gone meanwhile or was answered: `handler` will hear nothing.
 */
export type AcceptSocket = (handler: SocketHandler, options?: AcceptOptions) => boolean;

/** A path that WebSockets are served on. */
export interface SocketRoute {
  readonly limits: SocketLimits;
  /** Gets each request for a WebSocket, and either accepts it or answers it as any other request. */
  readonly onUpgrade: (request: RequestView, reply: Reply, accept: AcceptSocket) => void;
}

/**
 * What a transport offers to handlers. Handlers are plain functions over these two interfaces, so they are tested without
 * sockets and know nothing of the HTTP library below.
 */

import type { SocketRoute } from "./web-socket.ts";

/** A request as it arrives. Valid only until its handler returns: read everything needed before the first wait. */
export interface RequestView {
  /** As received; case matters. */
  readonly method: string;
  /** The request target's path as received, without the query. */
  readonly path: string;
  /** What follows the first `?`, as received; null where there is none. */
  readonly query: string | null;
  /** Text form of the address that the connection comes from. */
  readonly peer: string;
  /** Whether a body comes of which nobody says how long it is, without a header to say even that, as over HTTP/2. Left out: no. */
  readonly unsized?: boolean;
  /** First value of a header by its lower-case name; empty if it is absent or empty. */
  header(name: string): string;
  /** Every header in wire order, duplicates kept, names in lower case. */
  eachHeader(visit: (name: string, value: string) => void): void;
}

/**
 * The answer to one request. After the peer has gone ({@link Reply.onAbort}) every method does nothing, so a handler need
 * not look before it answers.
 */
export interface Reply {
  /** The answer is complete, or the peer has gone. */
  readonly closed: boolean;
  /**
   * Answers in one go, a HEAD with the length of `body` in its place; where an answer was begun already, cuts the connection instead.
   *
   * @param headers - Names and values, alternating. `Content-Length` and `Date` are the transport's own.
   */
  send(status: number, headers: readonly string[], body: string | Uint8Array): void;
  /** Answers without a body, as for HEAD; `length` is what a GET would have had, or null if it is not known. */
  sendHead(status: number, headers: readonly string[], length: number | null): void;
  /** Calls the latest `handler` given if the peer goes before the answer is complete. */
  onAbort(handler: () => void): void;
  /**
   * Reads the request's body. To be called before the handler returns.
   *
   * @param handler - Gets each chunk, valid only during the call (copy what is kept), and whether it is the last.
   */
  onBody(handler: (chunk: Uint8Array, last: boolean) => void): void;
  /** Stops reading the body: the peer is slowed down. Chunks already received may still come. */
  pauseBody(): void;
  resumeBody(): void;
  /** Begins an answer that is written piece by piece. With a `length`, exactly that many bytes must follow. */
  begin(status: number, headers: readonly string[], length: number | null): void;
  /** Writes a piece; false if the peer is slow: wait for {@link Reply.onDrain} before the next. */
  write(chunk: Uint8Array): boolean;
  onDrain(handler: () => void): void;
  /** Ends an answer that was begun. */
  end(): void;
  /** Cuts the connection: the only way to say that an answer already begun is incomplete. */
  cut(): void;
}

export type Handler = (request: RequestView, reply: Reply) => void;

/** What one listener serves: handlers by exact path, by what a path begins with, and one for everything else. */
export interface Routes {
  readonly exact: ReadonlyMap<string, Handler>;
  /** By paths without their final slash: a handler gets what lies under its own. */
  readonly under?: ReadonlyMap<string, Handler>;
  /** WebSockets by exact path. What is no upgrade there, and an upgrade elsewhere, goes to the handlers. */
  readonly sockets?: ReadonlyMap<string, SocketRoute>;
  /** WebSockets by every other path; left out, a request for one is a request like others. */
  readonly otherSockets?: SocketRoute;
  readonly otherwise: Handler;
}

/** Where a listener listens. */
export interface ListenAddress {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** As an option states it: an IPv6 address in brackets (RFC 3986 §3.2.2). */
export function addressText({ host, port }: ListenAddress): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** An open listener. */
export interface Listener {
  readonly host: string;
  /** The port really listened on. */
  readonly port: number;
  /** Requests begun and not yet answered, and WebSockets that are open. */
  readonly inFlight: number;
  /** Accepts no more connections and closes each one after its answer; WebSockets are told. */
  drain(): void;
  /** Closes everything at once. */
  close(): void | Promise<void>;
}

/** A listener that hands its connections to others, in turn; without others it answers by its own routes. */
export interface Acceptor extends Listener {
  /**
   * Takes connections from now on. Until then its port, which was found free, refuses them, as that of a server that is not there.
   *
   * @throws {ServerError} `address_in_use` when something else has begun to listen there.
   */
  listen(): void;
  /** @param descriptor - Of an {@link Adopter} in any thread of this process. */
  add(descriptor: number): void;
  /** To be called before that adopter closes. */
  remove(descriptor: number): void;
}

/** What serves the connections that an {@link Acceptor} hands it. */
export interface Adopter extends Pick<Listener, "inFlight" | "drain"> {
  readonly descriptor: number;
  close(): void;
}

export interface TransportOptions {
  readonly address: ListenAddress;
  readonly routes: Routes;
  /** Told of an exception that a handler let through; the request is answered with 500. */
  readonly onFault: (fault: unknown) => void;
  /** Milliseconds that an answer written piece by piece may wait for the peer to take any of it; then it is as if the peer had gone. */
  readonly sendTimeoutMs?: number;
  /** Told of each such answer. */
  readonly onUnread?: () => void;
}

/** @throws {ServerError} `address_in_use` when something else listens there, `address_unusable` for any other refusal. */
export type Listen = (options: TransportOptions) => Listener;

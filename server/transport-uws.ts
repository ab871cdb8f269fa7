/**
 * HTTP/1.1 over uWebSockets.js, as thin as its rules allow: the request is stack-allocated and dies with the handler, an
 * answer given later must be corked, chunks of a body are neutered after their callback, a response must not be touched
 * after it ended or was aborted.
 */
import { STATUS_CODES } from "node:http";
import type { Uws, UwsApp, UwsListenSocket, UwsRequest, UwsResponse } from "./load-uws.ts";
import { EXCLUSIVE_PORT } from "./load-uws.ts";
import { ServerError } from "./server-error.ts";
import type { Handler, ListenAddress, Listen, Listener, Reply, RequestView, TransportOptions } from "./transport.ts";

const STATUS_LINES: readonly string[] = Array.from(
  { length: 600 },
  (_, status) => `${status} ${STATUS_CODES[status] ?? "Status"}`,
);
const NOTHING = new Uint8Array(0);

/** A transport that listens with the given uWebSockets.js. */
export function uwsTransport(uws: Uws): Listen {
  return (options) => new UwsListener(uws, options);
}

class UwsListener implements Listener {
  readonly host: string;
  readonly port: number;
  inFlight = 0;
  draining = false;
  readonly #uws: Uws;
  readonly #app: UwsApp;
  readonly #onFault: (fault: unknown) => void;
  #socket: UwsListenSocket | null;

  constructor(uws: Uws, { address, routes, onFault }: TransportOptions) {
    this.#uws = uws;
    this.#onFault = onFault;
    this.#app = uws.App();
    for (const [path, handler] of routes.exact) this.#serve(path, handler);
    this.#serve("/*", routes.otherwise);
    this.#socket = open(this.#app, address);
    this.host = address.host;
    this.port = uws.us_socket_local_port(this.#socket);
  }

  #serve(pattern: string, handler: Handler): void {
    const view = new UwsRequestView();
    this.#app.any(pattern, (response, request) => {
      const reply = new UwsReply(response, this);
      view.point(request, response);
      try {
        handler(view, reply);
      } catch (fault) {
        this.#onFault(fault);
        reply.send(500, [], "");
      }
      reply.outliveHandler();
    });
  }

  drain(): void {
    this.draining = true;
    if (this.#socket !== null) this.#uws.us_listen_socket_close(this.#socket);
    this.#socket = null;
  }

  close(): void {
    this.drain();
    this.#app.close();
  }
}

/** Binds the port for this process alone. */
function open(app: UwsApp, address: ListenAddress): UwsListenSocket {
  let socket: UwsListenSocket | false = false;
  app.listen(address.host, address.port, EXCLUSIVE_PORT, (opened) => {
    socket = opened;
  });
  if (socket !== false) return socket;
  throw new ServerError(
    address.port === 0 ? "address_unusable" : "address_in_use",
    `cannot listen on ${address.host}:${address.port}: the port is taken, or the address is not this machine's`,
    "stop what listens there, or choose another port (0 lets the system choose)",
  );
}

/** One view a route, pointed at each request in turn. */
class UwsRequestView implements RequestView {
  #request!: UwsRequest;
  #response!: UwsResponse;

  point(request: UwsRequest, response: UwsResponse): void {
    this.#request = request;
    this.#response = response;
  }
  get method(): string {
    return this.#request.getCaseSensitiveMethod();
  }
  get path(): string {
    return this.#request.getUrl();
  }
  get query(): string | null {
    return this.#request.getQuery() ?? null;
  }
  get peer(): string {
    return peerText(this.#response);
  }
  header(name: string): string {
    return this.#request.getHeader(name);
  }
  eachHeader(visit: (name: string, value: string) => void): void {
    this.#request.forEach(visit);
  }
}

/** Texts of IPv4 peers by their number; emptied past this many. Making the text anew costs more than the rest of a read. */
const PEERS_MAX = 1_024;
const peers = new Map<number, string>();

function peerText(response: UwsResponse): string {
  const bytes = new Uint8Array(response.getRemoteAddress());
  if (bytes.length !== 4) return asciiText(response.getRemoteAddressAsText());
  const number = ((bytes[0] ?? 0) << 24) | ((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  const known = peers.get(number);
  if (known !== undefined) return known;
  if (peers.size >= PEERS_MAX) peers.clear();
  const text = asciiText(response.getRemoteAddressAsText());
  peers.set(number, text);
  return text;
}

function asciiText(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString("latin1");
}

/** State of an answer that was begun. */
interface AnswerStream {
  /** Bytes that were promised, or null where the answer is chunked. */
  readonly length: number | null;
  /** What `tryEnd` did not take yet, and at which offset of the body it begins. */
  pending: Uint8Array;
  pendingFrom: number;
  watchesDrain: boolean;
}

class UwsReply implements Reply {
  closed = false;
  readonly #response: UwsResponse;
  readonly #listener: UwsListener;
  /** The handler has returned or has asked for the body: uWebSockets.js corks no longer by itself. */
  #later = false;
  #attached = false;
  #onAbort: (() => void) | null = null;
  #onDrain: (() => void) | null = null;
  /** Set where the answer is written piece by piece. */
  #stream: AnswerStream | null = null;

  constructor(response: UwsResponse, listener: UwsListener) {
    this.#response = response;
    this.#listener = listener;
    listener.inFlight++;
  }

  /** To be called when the handler has returned: what is not answered by now is answered later. */
  outliveHandler(): void {
    this.#later = true;
    if (!this.closed) this.#attach();
  }

  onAbort(handler: () => void): void {
    this.#onAbort = handler;
    this.#attach();
  }

  send(status: number, headers: readonly string[], body: string | Uint8Array): void {
    if (this.closed) return;
    if (this.#stream !== null) this.cut();
    else if (!this.#later) this.#sendNow(status, headers, body);
    else this.#response.cork(() => this.#sendNow(status, headers, body));
  }

  sendHead(status: number, headers: readonly string[], length: number | null): void {
    if (this.closed) return;
    this.#response.cork(() => {
      this.#writeHead(status, headers);
      // `endWithoutBody` of 20.51.4 leaves the response open when it is given a length, so that is written as a header.
      if (length !== null) this.#response.writeHeader("Content-Length", String(length));
      if (this.#listener.draining) this.#response.writeHeader("Connection", "close");
      this.#finish();
      this.#response.endWithoutBody();
    });
  }

  onBody(handler: (chunk: Uint8Array, last: boolean) => void): void {
    if (this.closed) return;
    this.#attach();
    this.#later = true;
    this.#response.onData((chunk, last) => handler(new Uint8Array(chunk), last));
  }

  pauseBody(): void {
    if (!this.closed) this.#response.pause();
  }

  resumeBody(): void {
    if (!this.closed) this.#response.resume();
  }

  begin(status: number, headers: readonly string[], length: number | null): void {
    if (this.closed) return;
    this.#stream = { length, pending: NOTHING, pendingFrom: 0, watchesDrain: false };
    this.#response.cork(() => {
      this.#writeHead(status, headers);
      if (length === 0) this.#complete(NOTHING);
    });
  }

  write(chunk: Uint8Array): boolean {
    const stream = this.#stream;
    if (this.closed || stream === null || chunk.length === 0) return true;
    this.#watchDrain(stream);
    let taken = true;
    this.#response.cork(() => {
      taken = stream.length === null ? this.#response.write(chunk) : this.#writeSized(stream, chunk, stream.length);
    });
    return taken;
  }

  onDrain(handler: () => void): void {
    this.#onDrain = handler;
  }

  end(): void {
    const stream = this.#stream;
    if (this.closed || stream === null) return;
    if (stream.length !== null) {
      // All promised bytes were written, or some still wait and end the answer when they are taken.
      if (stream.pending.length === 0) this.cut();
      return;
    }
    this.#response.cork(() => this.#complete(NOTHING));
  }

  cut(): void {
    if (this.closed) return;
    this.#finish();
    this.#response.close();
  }

  #sendNow(status: number, headers: readonly string[], body: string | Uint8Array): void {
    this.#writeHead(status, headers);
    this.#complete(body);
  }

  #complete(body: string | Uint8Array): void {
    this.#finish();
    this.#response.end(body, this.#listener.draining);
  }

  #writeHead(status: number, headers: readonly string[]): void {
    this.#response.writeStatus(STATUS_LINES[status] ?? `${status} Status`);
    for (let i = 0; i + 1 < headers.length; i += 2) {
      this.#response.writeHeader(headers[i] ?? "", headers[i + 1] ?? "");
    }
  }

  /** Offers `chunk` to an answer of known length; keeps what the socket did not take. */
  #writeSized(stream: AnswerStream, chunk: Uint8Array, length: number): boolean {
    const from = this.#response.getWriteOffset();
    const [taken, done] = this.#response.tryEnd(chunk, length);
    if (done) this.#finish();
    if (done || taken) return true;
    stream.pending = chunk;
    stream.pendingFrom = from;
    return false;
  }

  #watchDrain(stream: AnswerStream): void {
    if (stream.watchesDrain) return;
    stream.watchesDrain = true;
    this.#response.onWritable((offset) => {
      if (stream.length !== null && !this.#writePending(stream, offset, stream.length)) return false;
      if (!this.closed) this.#onDrain?.();
      return true;
    });
  }

  #writePending(stream: AnswerStream, offset: number, length: number): boolean {
    if (stream.pending.length === 0) return true;
    const rest = stream.pending.subarray(offset - stream.pendingFrom);
    stream.pending = NOTHING;
    return this.#writeSized(stream, rest, length);
  }

  #attach(): void {
    if (this.#attached) return;
    this.#attached = true;
    this.#response.onAborted(() => {
      if (this.closed) return;
      this.#finish();
      this.#onAbort?.();
    });
  }

  #finish(): void {
    this.closed = true;
    this.#listener.inFlight--;
  }
}

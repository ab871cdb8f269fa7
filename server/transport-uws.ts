/**
 * HTTP/1.1 over uWebSockets.js, as thin as its rules allow: the request is stack-allocated and dies with the handler, an
 * answer given later must be corked, chunks of a body are neutered after their callback, a response must not be touched
 * after it ended or was aborted.
 */
import type { Uws, UwsApp, UwsListenSocket, UwsRequest, UwsResponse } from "./load-uws.ts";
import { EXCLUSIVE_PORT } from "./load-uws.ts";
import type { ReplyCounts } from "./reply-uws.ts";
import { UwsReply } from "./reply-uws.ts";
import { OpenPeers } from "./open-peers.ts";
import { serveSockets } from "./web-socket-uws.ts";
import type { UwsSocket } from "./web-socket-uws.ts";
import { SpareResponse } from "./spare-response-uws.ts";
import { ServerError } from "./server-error.ts";
import { StalledAnswers } from "./stalled-answers.ts";
import type {
  Acceptor,
  Adopter,
  Handler,
  Listen,
  ListenAddress,
  Listener,
  RequestView,
  TransportOptions,
} from "./transport.ts";
import { addressText } from "./transport.ts";
import type { SocketRoute } from "./web-socket.ts";

/** A transport that listens with the given uWebSockets.js. */
export function uwsTransport(uws: Uws): Listen {
  return (options) => new UwsListener(uws, options);
}

/** As {@link uwsTransport}, for threads: connections go to those that are added. */
export function uwsAcceptor(uws: Uws): (options: TransportOptions) => Acceptor {
  return (options) => new UwsAcceptor(uws, options);
}

/** What serves connections that an acceptor of another thread hands to this one. */
export function uwsAdopter(uws: Uws): (options: Omit<TransportOptions, "address">) => Adopter {
  return (options) => new UwsAdopter(uws, options);
}

/** For listeners whose answers are small. */
const SEND_TIMEOUT_MS = 10_000;

/** The routes on an application, and what is in flight of them. */
class UwsServing implements ReplyCounts {
  inFlight = 0;
  draining = false;
  protected readonly app: UwsApp;
  readonly onFault: (fault: unknown) => void;
  readonly onUnread: () => void;
  readonly stalled: StalledAnswers;
  protected readonly uws: Uws;
  readonly #sockets = new Set<UwsSocket>();
  readonly #peers = new OpenPeers(peerText);
  #servesSockets = false;
  /** Made where WebSockets are served. */
  #spare: SpareResponse | null = null;

  constructor(uws: Uws, { routes, onFault, onUnread, sendTimeoutMs }: Omit<TransportOptions, "address">) {
    this.uws = uws;
    this.onFault = onFault;
    this.onUnread = onUnread ?? ((): void => {});
    this.stalled = new StalledAnswers(sendTimeoutMs ?? SEND_TIMEOUT_MS);
    this.app = uws.App();
    this.app.filter((response, count) => {
      if (count > 0) this.#peers.opened(response);
      else this.#peers.closed();
    });
    for (const [path, handler] of routes.exact) this.#serve(path, handler);
    for (const [path, handler] of routes.under ?? []) this.#serve(`${path}/*`, handler);
    this.#serve("/*", routes.otherwise);
    for (const [path, route] of routes.sockets ?? []) this.#serveSockets(path, route);
    if (routes.otherSockets !== undefined) this.#serveSockets("/*", routes.otherSockets);
  }

  #serve(pattern: string, handler: Handler): void {
    const view = new UwsRequestView(this.#peers);
    const run = (response: UwsResponse, request: UwsRequest, reply: UwsReply): void => {
      view.point(request, response);
      try {
        handler(view, reply);
      } catch (fault) {
        this.onFault(fault);
        reply.send(500, [], "");
      }
      reply.outliveHandler();
    };
    this.app.any(pattern, (response, request) => run(response, request, new UwsReply(response, this)));
    // A route of its own, so that no other request is asked for its method.
    this.app.head(pattern, (response, request) => run(response, request, new UwsReply(response, this, true)));
  }

  /** To be called when it serves: what is made here keeps the process going. */
  protected begin(): void {
    if (this.#servesSockets) this.#spare = new SpareResponse(this.uws);
  }

  corkElsewhere = (run: () => void, response: UwsResponse): void => {
    if (this.#spare === null) response.cork(run);
    else this.#spare.cork(run, response);
  };

  #serveSockets(pattern: string, route: SocketRoute): void {
    this.#servesSockets = true;
    const view = new UwsRequestView(this.#peers);
    serveSockets(this.app, pattern, route, {
      counts: this,
      open: this.#sockets,
      onFault: this.onFault,
      onUpgraded: () => this.#peers.closed(),
      viewOf: (response, request) => {
        view.point(request, response);
        return view;
      },
    });
  }

  drain(): void {
    if (!this.draining) for (const socket of [...this.#sockets]) socket.stop();
    this.draining = true;
  }

  close(): void {
    this.drain();
    this.app.close();
    this.#spare?.close();
  }
}

class UwsListener extends UwsServing implements Listener {
  readonly host: string;
  readonly port: number;
  #socket: UwsListenSocket | null;

  constructor(uws: Uws, options: TransportOptions) {
    super(uws, options);
    this.#socket = open(this.app, options.address);
    this.host = options.address.host;
    this.port = uws.us_socket_local_port(this.#socket);
    this.begin();
  }

  /** Listens where it did, if it does not. */
  listen(): void {
    this.#socket ??= open(this.app, this);
  }

  protected shut(): void {
    if (this.#socket !== null) this.uws.us_listen_socket_close(this.#socket);
    this.#socket = null;
  }

  override drain(): void {
    super.drain();
    this.shut();
  }
}

class UwsAcceptor extends UwsListener implements Acceptor {
  /** A connection stays with whoever accepted it: those that came while nobody was there to serve them must come again. */
  override draining = true;

  constructor(uws: Uws, options: TransportOptions) {
    super(uws, options);
    // A port that the system chose nobody knows yet, and the system could give it to somebody else.
    if (options.address.port !== 0) this.shut();
  }

  add(descriptor: number): void {
    this.app.addChildAppDescriptor(descriptor);
  }

  remove(descriptor: number): void {
    this.app.removeChildAppDescriptor(descriptor);
  }
}

class UwsAdopter extends UwsServing implements Adopter {
  constructor(uws: Uws, options: Omit<TransportOptions, "address">) {
    super(uws, options);
    this.begin();
  }

  get descriptor(): number {
    return this.app.getDescriptor();
  }
}

/** Lower ones take a privilege. */
const FREE_PORTS_FROM = 1_024;

/** Binds the port for this process alone. */
function open(app: UwsApp, address: ListenAddress): UwsListenSocket {
  let socket: UwsListenSocket | false = false;
  app.listen(address.host, address.port, EXCLUSIVE_PORT, (opened) => {
    socket = opened;
  });
  if (socket !== false) return socket;
  const low = address.port > 0 && address.port < FREE_PORTS_FROM ? ", or a port below 1024 is not for this user" : "";
  throw new ServerError(
    address.port === 0 ? "address_unusable" : "address_in_use",
    `cannot listen on ${addressText(address)}: the port is taken, or the address is not this machine's${low}`,
    "stop what listens there, or choose another port (0 lets the system choose)",
  );
}

/** One view a route, pointed at each request in turn. */
class UwsRequestView implements RequestView {
  readonly #peers: OpenPeers<UwsResponse>;
  #request!: UwsRequest;
  #response!: UwsResponse;
  /** The header that was read last: whoever looks whether it is there reads it next. */
  #name = "";
  #value = "";

  constructor(peers: OpenPeers<UwsResponse>) {
    this.#peers = peers;
  }

  point(request: UwsRequest, response: UwsResponse): void {
    this.#request = request;
    this.#response = response;
    this.#name = "";
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
    return this.#peers.of(this.#response);
  }
  header(name: string): string {
    if (name === this.#name) return this.#value;
    this.#name = name;
    this.#value = this.#request.getHeader(name);
    return this.#value;
  }
  eachHeader(visit: (name: string, value: string) => void): void {
    this.#request.forEach(visit);
  }
}

/** Texts of IPv4 peers by their number; emptied past this many. Making the text anew costs more than the rest of a read. */
const PEERS_MAX = 1_024;
const peers = new Map<number, string>();
/** The peer before, which is often the next one too. */
let latestNumber = 0;
let latestText = "0.0.0.0";

function peerText(response: UwsResponse): string {
  const bytes = new Uint8Array(response.getRemoteAddress());
  if (bytes.length !== 4) return asciiText(response.getRemoteAddressAsText());
  const number = ((bytes[0] ?? 0) << 24) | ((bytes[1] ?? 0) << 16) | ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  if (number === latestNumber) return latestText;
  latestText = peers.get(number) ?? learnPeer(number, response);
  latestNumber = number;
  return latestText;
}

function learnPeer(number: number, response: UwsResponse): string {
  if (peers.size >= PEERS_MAX) peers.clear();
  const text = asciiText(response.getRemoteAddressAsText());
  peers.set(number, text);
  return text;
}

function asciiText(bytes: ArrayBuffer): string {
  return Buffer.from(bytes).toString("latin1");
}

/** The protected service: a pool of connections, and one exchange with it for each forwarded request. */
import { Pool } from "undici";
import { WebSocket } from "ws";
import type { Config } from "../config.ts";
import { OwnRoom, type Room } from "../room.ts";
import type { Reply } from "../transport.ts";
import { Exchange, type ExchangeEnd, type Forwarded, type Pooled } from "./exchange.ts";
import { UpstreamClient } from "./upstream-client.ts";
import { Waiting } from "./waiting.ts";

/** A request for a WebSocket. */
export interface SocketRequest {
  readonly target: string;
  readonly protocols: readonly string[];
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly messageBytesMax: number;
}

/** As undici has it on its connections. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelay: 60_000 };

export class Upstream {
  /** Requests that were sent a second time. */
  retries = 0;
  readonly #origin: URL;
  readonly #pool: Pool;
  readonly #room: Room;
  readonly #timeoutMs: number;
  readonly #waiting: Waiting;
  readonly #pooled: Pooled = {
    started: (exchange) => this.#waiting.remove(exchange),
    retry: (exchange) => {
      this.retries++;
      this.#dispatch(exchange);
    },
    left: (exchange) => {
      this.#waiting.remove(exchange);
      this.#room.leave();
    },
  };

  /** @param room - Where others forward to the same service. */
  constructor(origin: URL, config: Config, room: Room = new OwnRoom(config.forwardedMax)) {
    this.#origin = origin;
    this.#room = room;
    this.#timeoutMs = config.upstreamTimeoutMs;
    this.#waiting = new Waiting(config.upstreamTimeoutMs);
    this.#pool = new Pool(origin, {
      connections: config.upstreamConnections,
      connectTimeout: config.connectTimeoutMs,
      headersTimeout: config.upstreamTimeoutMs,
      bodyTimeout: config.upstreamTimeoutMs,
      allowH2: false,
      factory: (to, options) => new UpstreamClient(to, options),
    });
  }

  /** Requests forwarded and not yet ended. */
  get current(): number {
    return this.#room.current;
  }

  /** Whether another request may be forwarded now. */
  get hasRoom(): boolean {
    return this.#room.hasRoom;
  }

  /** Counts a WebSocket among what is forwarded, until the function that is returned is called. */
  take(): () => void {
    this.#room.enter();
    return () => this.#room.leave();
  }

  /**
   * Asks for a WebSocket.
   *
   * @param headers - By lower-case name, with `host` and without those of the handshake.
   * @returns Null where they cannot be sent.
   */
  openSocket({ target, protocols, headers, messageBytesMax }: SocketRequest): WebSocket | null {
    const scheme = this.#origin.protocol === "https:" ? "wss:" : "ws:";
    try {
      return new WebSocket(`${scheme}//${this.#origin.host}/`, [...protocols], {
        headers: { ...headers },
        handshakeTimeout: this.#timeoutMs,
        // A service that vanished would keep the socket, and its place, for as long as the caller stays.
        ...KEEP_ALIVE,
        maxPayload: messageBytesMax,
        perMessageDeflate: false,
        followRedirects: false,
        // The target goes out as it came in; as part of an address it would be rewritten.
        finishRequest: (request) => {
          request.path = target;
          request.end();
        },
      });
    } catch {
      return null;
    }
  }

  /** Forwards a request and passes the answer on to `reply`; `ended` is told in the end, whatever happens. */
  forward(forwarded: Forwarded, reply: Reply, ended: (end: ExchangeEnd) => void): void {
    this.#room.enter();
    this.#dispatch(new Exchange(forwarded, reply, this.#pooled, ended));
  }

  #dispatch(exchange: Exchange): void {
    const { method, target: path, headers, body } = exchange.forwarded;
    try {
      this.#pool.dispatch({ method, path, headers, body }, exchange);
    } catch (problem) {
      exchange.fail(problem);
    }
    if (exchange.isWaiting) this.#waiting.add(exchange);
  }

  async close(): Promise<void> {
    this.#waiting.close();
    await this.#pool.destroy();
  }
}

/** The protected service: a pool of connections, and one exchange with it for each forwarded request. */
// Imported, because the global of the same name is a getter that takes as long again as the clock.
import { performance } from "node:perf_hooks";
import type { Dispatcher } from "undici";
import { errors, Pool } from "undici";
import type { Readable } from "node:stream";
import { WebSocket } from "ws";
import type { Config } from "../config.ts";
import { responseHeaders } from "./forward-headers.ts";
import { OwnRoom, type Room } from "../room.ts";
import type { Reply } from "../transport.ts";
import { type RefusableHandler, UpstreamClient } from "./upstream-client.ts";

/** Why an answer of the upstream is missing: its status for the caller, and the name of a counter. */
interface UpstreamFailure {
  readonly status: 400 | 502 | 503 | 504;
  readonly kind: "unreachable" | "timeout" | "broken" | "busy" | "unforwardable";
  readonly detail: string;
}

/** Of a request that nothing can be sent of, such as one with a control character in a header. */
export const UNFORWARDABLE: UpstreamFailure = {
  status: 400,
  kind: "unforwardable",
  detail: "the request cannot be forwarded as it is",
};

export interface Forwarded {
  readonly method: string;
  readonly target: string;
  /** Names and values, alternating. */
  readonly headers: string[];
  /** All of it, or as it comes. */
  readonly body: Readable | Uint8Array | null;
  /** Fields added to the answer. */
  readonly responseFields: readonly string[];
  /** Names of response headers that the policy reads. */
  readonly wanted: readonly string[];
}

/** A request for a WebSocket. */
export interface SocketRequest {
  readonly target: string;
  readonly protocols: readonly string[];
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly messageBytesMax: number;
}

/** Methods of which a second request does no more than the first (RFC 9110 §9.2.2). */
const IDEMPOTENT: readonly string[] = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];

/** Interim answers (RFC 9110 §15.2) taken before the answer itself; a service that sends more would be listened to for ever. */
const INTERIM_MAX = 16;

/** How an exchange ended. Called once. */
export interface ExchangeEnd {
  /** The answer's status; 499 where the caller went before there was one. */
  readonly status: number;
  /** Bytes of the answer's body passed on. */
  readonly size: number;
  readonly latencyMicros: number;
  /** Headers that the policy reads of answers. */
  readonly headers: Readonly<Record<string, string>>;
  /** Set where the upstream failed. `reply` still waits for an answer if none was begun. */
  readonly failure: UpstreamFailure | null;
}

export class Upstream {
  /** Requests that were sent a second time. */
  retries = 0;
  readonly #origin: URL;
  readonly #pool: Pool;
  readonly #room: Room;
  readonly #timeoutMs: number;

  /** @param room - Where others forward to the same service. */
  constructor(origin: URL, config: Config, room: Room = new OwnRoom(config.forwardedMax)) {
    this.#origin = origin;
    this.#room = room;
    this.#timeoutMs = config.upstreamTimeoutMs;
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
    const leave = (end: ExchangeEnd): void => {
      this.#room.leave();
      ended(end);
    };
    const retry = (exchange: Exchange): void => {
      this.retries++;
      this.#dispatch(forwarded, exchange);
    };
    this.#dispatch(forwarded, new Exchange(forwarded, reply, leave, retry));
  }

  #dispatch({ method, target: path, headers, body }: Forwarded, exchange: Exchange): void {
    try {
      this.#pool.dispatch({ method, path, headers, body }, exchange);
    } catch (problem) {
      exchange.fail(problem);
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

/** One request's answer, passed on as it comes; a slow caller pauses the upstream. */
class Exchange implements RefusableHandler {
  isRefused = false;
  readonly #forwarded: Forwarded;
  readonly #reply: Reply;
  readonly #ended: (end: ExchangeEnd) => void;
  /** Sends the request once more; null when it was. */
  #retry: ((exchange: Exchange) => void) | null;
  readonly #startedAt: number = performance.now();
  #controller: Dispatcher.DispatchController | null = null;
  #abandoned = false;
  #over = false;
  #begun = false;
  #interim = 0;
  #status = 0;
  #size = 0;
  #latencyMicros = 0;
  #headers: Readonly<Record<string, string>> = {};

  constructor(
    forwarded: Forwarded,
    reply: Reply,
    ended: (end: ExchangeEnd) => void,
    retry: (exchange: Exchange) => void,
  ) {
    this.#forwarded = forwarded;
    this.#reply = reply;
    this.#ended = ended;
    this.#retry = retry;
    reply.onAbort(() => this.#abandon());
    reply.onDrain(() => this.#controller?.resume());
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#abandoned) controller.abort(new Error("the caller has gone"));
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200 && ++this.#interim <= INTERIM_MAX) return;
    if (status < 200 || !isPassable(status, headers)) return controller.abort(new Error("malformed answer"));
    this.#status = status;
    this.#latencyMicros = Math.round((performance.now() - this.#startedAt) * 1_000);
    this.#headers = pick(headers, this.#forwarded.wanted);
    this.#begin(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#bodiless(this.#status)) return;
    if (!this.#reply.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#reply.end();
    this.#end(null);
  }

  /** @param controller - Null where the request was refused before it was begun, which undici's types do not say. */
  onResponseError(controller: Dispatcher.DispatchController | null, problem: Error): void {
    this.isRefused = controller === null;
    const retry = this.#retry;
    this.#retry = null;
    // Not within the pool's own handling of the connection that was lost.
    if (retry !== null && this.#isRepeatable(problem)) setImmediate(retry, this);
    else this.fail(problem);
  }

  /**
   * Whether the request may be sent once more. A service may close a connection that was kept just when the next request is sent on it: of
   * a request that has no answer and no effect of its own, that is no failure (RFC 9112 §9.3.1).
   */
  #isRepeatable(problem: Error): boolean {
    const { method, body } = this.#forwarded;
    const isWhole = body === null || body instanceof Uint8Array;
    const isUnanswered = !this.#begun && this.#interim === 0 && !this.#abandoned;
    return isWhole && isUnanswered && IDEMPOTENT.includes(method) && isClosing(problem);
  }

  /** The upstream did not answer, or broke off. */
  fail(problem: unknown): void {
    if (this.#over) return;
    const { body } = this.#forwarded;
    if (body !== null && "destroy" in body) body.destroy();
    if (this.#begun) this.#reply.cut();
    this.#end(this.#abandoned ? null : failureOf(problem));
  }

  #begin(status: number, headers: Record<string, string | string[] | undefined>): void {
    this.#begun = true;
    const fields = responseHeaders(headers);
    fields.push(...this.#forwarded.responseFields);
    const declared = Number(headers["content-length"] ?? Number.NaN);
    const length = Number.isSafeInteger(declared) && declared >= 0 ? declared : null;
    if (this.#bodiless(status)) this.#reply.sendHead(status, fields, status === 204 ? null : length);
    else this.#reply.begin(status, fields, length);
  }

  /** RFC 9110 §6.4.1: such an answer has no body, whatever its headers say. */
  #bodiless(status: number): boolean {
    return this.#forwarded.method === "HEAD" || status === 204 || status === 304;
  }

  #abandon(): void {
    this.#abandoned = true;
    this.#controller?.abort(new Error("the caller has gone"));
  }

  #end(failure: UpstreamFailure | null): void {
    if (this.#over) return;
    this.#over = true;
    this.#ended({
      status: failure !== null && !this.#begun ? failure.status : this.#status === 0 ? 499 : this.#status,
      size: this.#size,
      latencyMicros: this.#latencyMicros || Math.round((performance.now() - this.#startedAt) * 1_000),
      headers: this.#headers,
      failure,
    });
  }
}

/** Of a status that RFC 9110 §15 knows, and of no transfer coding that the caller would have to undo. */
function isPassable(status: number, headers: Record<string, string | string[] | undefined>): boolean {
  const coding = headers["transfer-encoding"];
  return status < 600 && (coding === undefined || String(coding).toLowerCase() === "chunked");
}

/** Whether the service closed the connection without a word. undici tells that from answers it does not take by the message alone. */
function isClosing(problem: Error): boolean {
  const { code, message } = problem as { readonly code?: string; readonly message: string };
  return code === "ECONNRESET" || code === "EPIPE" || (code === "UND_ERR_SOCKET" && message === "other side closed");
}

function pick(
  headers: Record<string, string | string[] | undefined>,
  wanted: readonly string[],
): Readonly<Record<string, string>> {
  const picked: Record<string, string> = {};
  for (const name of wanted) {
    const value = headers[name];
    const text = Array.isArray(value) ? value[0] : value;
    if (text !== undefined) picked[name] = text;
  }
  return picked;
}

function failureOf(problem: unknown): UpstreamFailure {
  if (problem instanceof errors.InvalidArgumentError || problem instanceof errors.NotSupportedError) {
    return UNFORWARDABLE;
  }
  const timedOut = [errors.ConnectTimeoutError, errors.HeadersTimeoutError, errors.BodyTimeoutError].some(
    (timeout) => problem instanceof timeout,
  );
  if (timedOut) return { status: 504, kind: "timeout", detail: "the service did not answer in time" };
  const code = (problem as { readonly code?: unknown } | null)?.code;
  const refused = ["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN"].includes(String(code));
  if (refused) return { status: 502, kind: "unreachable", detail: "the service cannot be reached" };
  return { status: 502, kind: "broken", detail: "the service closed the connection or its answer was malformed" };
}

/** One exchange with the protected service: a request that is forwarded, and its answer as it is passed on. */
// Imported, because the global of the same name is a getter that takes as long again as the clock.
import { performance } from "node:perf_hooks";
import type { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { Reply } from "../transport.ts";
import { responseHeaders } from "./forward-headers.ts";
import type { RefusableHandler } from "./upstream-client.ts";
import { failureOf, isClosing, NO_CONNECTION, type UpstreamFailure } from "./upstream-failure.ts";
import { Waiter } from "./waiting.ts";

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

/** What becomes of an exchange in the pool. */
export interface Pooled {
  /** It has a connection. */
  started(exchange: Exchange): void;
  /** Its request is to be sent once more. */
  retry(exchange: Exchange): void;
  /** The pool has nothing to do with it any more. Called once. */
  left(exchange: Exchange): void;
}

/** One request's answer, passed on as it comes; a slow caller pauses the upstream. */
export class Exchange extends Waiter implements RefusableHandler {
  isRefused = false;
  readonly forwarded: Forwarded;
  readonly #reply: Reply;
  readonly #pooled: Pooled;
  readonly #ended: (end: ExchangeEnd) => void;
  #isRetried = false;
  #hasLeft = false;
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

  constructor(forwarded: Forwarded, reply: Reply, pooled: Pooled, ended: (end: ExchangeEnd) => void) {
    super();
    this.forwarded = forwarded;
    this.#reply = reply;
    this.#pooled = pooled;
    this.#ended = ended;
    reply.onAbort(() => this.#abandon());
    reply.onDrain(() => this.#controller?.resume());
  }

  /** Whether it waits for a connection. */
  get isWaiting(): boolean {
    return this.#controller === null && !this.#hasLeft;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#pooled.started(this);
    if (this.#abandoned || this.#over) controller.abort(new Error("the caller has gone"));
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
    this.#headers = pick(headers, this.forwarded.wanted);
    this.#begin(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length;
    if (this.#bodiless(this.#status)) return;
    if (!this.#reply.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#reply.end();
    this.#leave();
    this.#end(null);
  }

  /** @param controller - Null where the request was refused before it was begun, which undici's types do not say. */
  onResponseError(controller: Dispatcher.DispatchController | null, problem: Error): void {
    const isRepeated = this.#isRepeatable(problem);
    this.isRefused = controller === null && !isRepeated;
    if (!isRepeated) return this.fail(problem);
    this.#isRetried = true;
    this.#controller = null;
    // Not within the pool's own handling of the connection that was lost.
    setImmediate(() => this.#pooled.retry(this));
  }

  /**
   * Whether the request may be sent once more. A service may close a connection that was kept just when the next request is sent on it: of
   * a request that has no answer and no effect of its own, that is no failure (RFC 9112 §9.3.1).
   */
  #isRepeatable(problem: Error): boolean {
    const { method, body } = this.forwarded;
    const isWhole = body === null || body instanceof Uint8Array;
    const isUnanswered = !this.#begun && this.#interim === 0 && !this.#abandoned && !this.#over;
    return !this.#isRetried && isWhole && isUnanswered && IDEMPOTENT.includes(method) && isClosing(problem);
  }

  /** The upstream did not answer, or broke off. */
  fail(problem: unknown): void {
    this.#leave();
    this.#break(failureOf(problem));
  }

  /** The pool still has it, and counts it, until its turn comes. */
  override expire(): void {
    this.#break(NO_CONNECTION);
  }

  #break(failure: UpstreamFailure): void {
    if (this.#over) return;
    const { body } = this.forwarded;
    if (body !== null && "destroy" in body) body.destroy();
    if (this.#begun) this.#reply.cut();
    this.#end(this.#abandoned ? null : failure);
  }

  #leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#pooled.left(this);
  }

  #begin(status: number, headers: Record<string, string | string[] | undefined>): void {
    this.#begun = true;
    const fields = responseHeaders(headers);
    fields.push(...this.forwarded.responseFields);
    const declared = Number(headers["content-length"] ?? Number.NaN);
    const length = Number.isSafeInteger(declared) && declared >= 0 ? declared : null;
    if (this.#bodiless(status)) this.#reply.sendHead(status, fields, status === 204 ? null : length);
    else this.#reply.begin(status, fields, length);
  }

  /** RFC 9110 §6.4.1: such an answer has no body, whatever its headers say. */
  #bodiless(status: number): boolean {
    return this.forwarded.method === "HEAD" || status === 204 || status === 304;
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

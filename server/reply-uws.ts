/** The answer to one request over uWebSockets.js: which calls it allows when, and corking. */
import { STATUS_CODES } from "node:http";
import { UwsAnswer } from "./answer-uws.ts";
import type { UwsResponse } from "./load-uws.ts";
import type { Stalled, StalledAnswers } from "./stalled-answers.ts";
import type { Reply } from "./transport.ts";

const STATUS_LINES: readonly string[] = Array.from(
  { length: 600 },
  (_, status) => `${status} ${STATUS_CODES[status] ?? "Status"}`,
);
const NOTHING = new Uint8Array(0);
/** First and longest wait before a full socket is tried again while reading is paused, in milliseconds. */
const RETRY_FIRST_MS = 4;
const RETRY_LONGEST_MS = 128;

/** What a listener keeps of its replies. */
export interface ReplyCounts {
  inFlight: number;
  /** Told of an exception that a handler let through. */
  readonly onFault: (fault: unknown) => void;
  /** Told of an answer that its caller did not read, and that was cut. */
  readonly onUnread: () => void;
  readonly stalled: StalledAnswers;
  /** Whether connections are closed after their answer. */
  readonly draining: boolean;
  /** Runs in the cork of a response other than `response`. */
  readonly corkElsewhere: (run: () => void, response: UwsResponse) => void;
}

/**
 * The first field's value and, in lines of their own, the other fields. uWebSockets.js writes what it is given as it is, so they go out as
 * if each had been written by itself, and the call is what takes the time.
 */
function valuesOf(headers: readonly string[]): string {
  let lines = headers[1] ?? "";
  for (let i = 2; i + 1 < headers.length; i += 2) lines += `\r\n${headers[i] ?? ""}: ${headers[i + 1] ?? ""}`;
  return lines;
}

export class UwsReply implements Reply, Stalled {
  closed = false;
  readonly #response: UwsResponse;
  readonly #counts: ReplyCounts;
  /** The handler has returned or has asked for the body: uWebSockets.js corks no longer by itself. */
  #later = false;
  /** It does again while it hands on a piece of the body. */
  #handingOn = false;
  #attached = false;
  #onAbort: (() => void) | null = null;
  #onDrain: (() => void) | null = null;
  /** Set where the answer is written piece by piece. */
  #answer: UwsAnswer | null = null;
  /**
   * The head of such an answer until its first piece: one packet instead of two, and uWebSockets.js 20.51.4 completes a
   * head only with what follows it.
   */
  #head: { readonly status: number; readonly headers: readonly string[] } | null = null;
  /** The request's body is still coming. */
  #receiving = false;
  #paused = false;
  #retry: NodeJS.Timeout | null = null;
  readonly #toHead: boolean;

  /** @param toHead - Whether it answers a HEAD, and so has no body whoever writes it: the next answer would begin with that. */
  constructor(response: UwsResponse, counts: ReplyCounts, toHead = false) {
    this.#response = response;
    this.#counts = counts;
    this.#toHead = toHead;
    counts.inFlight++;
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
    if (this.#answer !== null) this.cut();
    else if (this.#toHead) this.sendHead(status, headers, Buffer.byteLength(body));
    else if (!this.#later || this.#handingOn) this.#sendNow(status, headers, body);
    else this.#response.cork(() => this.#sendNow(status, headers, body));
  }

  sendHead(status: number, headers: readonly string[], length: number | null): void {
    if (this.closed) return;
    this.#response.cork(() => {
      this.#writeHead(status, headers);
      // `endWithoutBody` of 20.51.4 leaves the response open when it is given a length, so that is written as a header.
      if (length !== null) this.#response.writeHeader("Content-Length", String(length));
      if (this.#counts.draining) this.#response.writeHeader("Connection", "close");
      this.#finish();
      this.#response.endWithoutBody();
    });
  }

  onBody(handler: (chunk: Uint8Array, last: boolean) => void): void {
    if (this.closed) return;
    this.#attach();
    this.#later = true;
    this.#receiving = true;
    this.#response.onData((chunk, last) => {
      this.#receiving = !last;
      this.#handingOn = true;
      try {
        handler(new Uint8Array(chunk), last);
      } catch (fault) {
        this.#counts.onFault(fault);
        this.send(500, [], "");
      }
      this.#handingOn = false;
    });
  }

  pauseBody(): void {
    if (this.closed || !this.#receiving) return;
    this.#paused = true;
    this.#response.pause();
    this.#retryLater(RETRY_FIRST_MS);
  }

  resumeBody(): void {
    if (this.closed || !this.#paused) return;
    this.#paused = false;
    this.#response.resume();
  }

  begin(status: number, headers: readonly string[], length: number | null): void {
    if (this.closed) return;
    const answer = new UwsAnswer(this.#response, length, () => this.#finish());
    this.#answer = answer;
    if (length === 0) {
      this.#response.cork(() => this.#sendNow(status, headers, NOTHING));
      return;
    }
    this.#head = { status, headers };
  }

  write(chunk: Uint8Array): boolean {
    const answer = this.#answer;
    if (this.closed || answer === null || chunk.length === 0) return true;
    const head = this.#head;
    if (head !== null && answer.length === chunk.length) {
      // All of it is there: it ends as an answer in one go does, and nothing has to be kept for a slow caller.
      this.#response.cork(() => this.#sendNow(head.status, head.headers, chunk));
      return true;
    }
    if (head !== null) this.#response.onWritable(() => this.#drain(answer));
    return this.#corked(() => answer.write(chunk, this.#receiving));
  }

  onDrain(handler: () => void): void {
    this.#onDrain = handler;
  }

  end(): void {
    const answer = this.#answer;
    if (this.closed || answer === null) return;
    if (answer.chunked) {
      this.#response.cork(() => {
        this.#writeWaitingHead();
        answer.writeRest();
        this.#complete(NOTHING);
      });
    } else if (!answer.stalled) {
      // Fewer bytes than promised. Where some still wait, they end the answer when they are taken.
      this.cut();
    }
  }

  cut(): void {
    if (this.closed) return;
    this.#finish();
    this.#response.close();
  }

  get stalledSince(): number | null {
    return this.closed || this.#answer === null ? null : this.#answer.stalledSince;
  }

  retry(): void {
    if (this.#answer !== null) this.#drain(this.#answer);
  }

  /** As if the caller had gone. */
  giveUp(): void {
    this.#counts.onUnread();
    this.cut();
    this.#onAbort?.();
  }

  /**
   * Gives the connection to a WebSocket instead of answering.
   *
   * @param headers - More fields of the answer to the upgrade.
   * @param upgrade - Upgrades the response; is told whether that is done later than in the handler.
   * @returns False if the peer has gone or was answered.
   */
  handOver(headers: readonly string[], upgrade: (late: boolean) => void): boolean {
    if (this.closed || this.#answer !== null) return false;
    const late = this.#later;
    const run = (): void => {
      if (headers.length > 0) this.#writeHead(101, headers);
      upgrade(late);
    };
    this.#finish();
    if (late) this.#counts.corkElsewhere(run, this.#response);
    else run();
    return true;
  }

  #sendNow(status: number, headers: readonly string[], body: string | Uint8Array): void {
    this.#writeHead(status, headers);
    this.#complete(body);
  }

  #complete(body: string | Uint8Array): void {
    this.#finish();
    this.#response.end(body.length === 0 ? undefined : body, this.#counts.draining);
  }

  #writeWaitingHead(): void {
    if (this.#head === null) return;
    this.#writeHead(this.#head.status, this.#head.headers);
    this.#head = null;
  }

  #writeHead(status: number, headers: readonly string[]): void {
    // 200 is what uWebSockets.js writes by itself.
    if (status !== 200) this.#response.writeStatus(STATUS_LINES[status] ?? `${status} Status`);
    if (headers.length > 0) this.#response.writeHeader(headers[0] ?? "", valuesOf(headers));
  }

  /** Writes in one piece. A write that the socket has no room for lifts a pause, so it is set again. */
  #corked(write: () => boolean): boolean {
    let room = true;
    this.#response.cork(() => {
      this.#writeWaitingHead();
      room = write();
    });
    if (room || this.closed) return room;
    this.#counts.stalled.add(this);
    if (this.#paused) {
      this.#response.pause();
      this.#retryLater(RETRY_FIRST_MS);
    }
    return false;
  }

  /** The socket may have room again; returns whether all that waited was taken. */
  #drain(answer: UwsAnswer): boolean {
    if (!this.#corked(() => answer.flush())) return false;
    if (!this.closed) this.#onDrain?.();
    return true;
  }

  /** While reading is paused the socket does not say when it has room, so it is tried from time to time. */
  #retryLater(ms: number): void {
    if (this.#retry !== null || this.#answer?.stalled !== true) return;
    this.#retry = setTimeout(() => this.#retryNow(ms), ms);
  }

  #retryNow(ms: number): void {
    this.#retry = null;
    const answer = this.#answer;
    if (this.closed || !this.#paused || answer === null) return;
    if (!this.#drain(answer)) this.#backOff(ms);
  }

  #backOff(ms: number): void {
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#retry = null;
    this.#retryLater(Math.min(2 * ms, RETRY_LONGEST_MS));
  }

  #attach(): void {
    if (this.#attached) return;
    this.#attached = true;
    this.#response.onAborted(() => {
      if (this.closed) return;
      this.#paused = false;
      this.#finish();
      this.#onAbort?.();
    });
  }

  /** Nothing is written to the response after this but its end; a pause must not outlive it. */
  #finish(): void {
    if (this.#paused) this.#response.resume();
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.closed = true;
    this.#counts.inFlight--;
  }
}

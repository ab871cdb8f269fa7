/**
 * The body of a request on its way through: the first bytes may be kept to read fields from, and then all of it goes on, at once where it
 * is there already, else as a stream whose consumer sets the pace.
 */
import { Readable } from "node:stream";
import type { BodyRoom } from "../body-room.ts";
import { BODY_FIELDS_BYTES } from "../config.ts";
import { parseBody } from "../json-body.ts";
import type { Reply } from "../transport.ts";
import { KeptBytes } from "./kept-bytes.ts";

/** Bytes that wait here for the upstream before the caller is slowed down. */
const WAITING_BYTES = 65_536;

export class RequestBody {
  readonly #reply: Reply;
  readonly #bytesMax: number;
  #bytes = 0;
  #complete = false;
  /** Called once when the body ends or grows past what is waited for. */
  #whenKnown: (() => void) | null = null;
  #waitBytes = BODY_FIELDS_BYTES;
  /** What the bytes that are waited for are counted in, and how many were. */
  #room: BodyRoom | null = null;
  #taken = 0;
  #crowded = false;
  #paused = false;
  #tooLarge: (() => void) | null = null;
  #onGone: (() => void) | null = null;
  #gone = false;
  /** What is kept until the decision; null once the body flows. */
  #kept: KeptBytes | null = new KeptBytes();
  /** What goes on; made where not all of the body is there when it begins to. */
  #stream: BodyStream | null = null;

  /** Must be made before the request's handler returns. */
  constructor(reply: Reply, bytesMax: number) {
    this.#reply = reply;
    this.#bytesMax = bytesMax;
    reply.onBody((chunk, last) => this.#receive(chunk, last));
  }

  /** Whether the body grew past the limit. */
  get outgrown(): boolean {
    return this.#bytes > this.#bytesMax;
  }

  /** Whether there was no room to wait for it. */
  get crowded(): boolean {
    return this.#crowded;
  }

  /** Bytes received so far. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Calls `run` once the body is complete or longer than `bytes`, which are then kept.
   *
   * @param bytes - Default: what fields are read from.
   * @param room - Counts what is kept meanwhile; where there is none left, `run` is called at once and the body is `crowded`.
   */
  whenKnown(run: () => void, bytes: number = BODY_FIELDS_BYTES, room: BodyRoom | null = null): void {
    this.#waitBytes = bytes;
    this.#room = room;
    this.#whenKnown = run;
  }

  /** Calls `run` once the body is complete or longer than `bytes`, at once where it is so already. */
  whenBegun(bytes: number, run: () => void): void {
    if (this.#complete || this.#bytes > bytes) return run();
    this.whenKnown(run, bytes);
    this.#resume();
  }

  /** Calls `run` when the body outgrows the limit; the stream is then destroyed. */
  onTooLarge(run: () => void): void {
    this.#tooLarge = run;
  }

  /** The body as it was sent; null if it is incomplete, longer than `bytesMax`, or was let go. Valid until the body flows. */
  whole(bytesMax: number): Uint8Array | null {
    return this.#complete && this.#kept !== null && this.#bytes <= bytesMax ? this.#kept.bytes() : null;
  }

  /** The body as JSON; undefined if it is incomplete, too large, or no JSON that all readers take for the same. */
  parsed(): unknown {
    const bytes = this.whole(BODY_FIELDS_BYTES);
    return bytes === null ? undefined : parseBody(bytes);
  }

  /** Calls `run` when nothing of the body is wanted any more. */
  onGone(run: () => void): void {
    this.#onGone = run;
  }

  /** Lets what was kept and what follows go on. */
  flow(): Readable | Uint8Array {
    const kept = this.#kept?.bytes() ?? new Uint8Array(0);
    this.#kept = null;
    if (this.#complete && !this.#gone) return kept;
    const stream = new BodyStream(
      () => this.#resume(),
      () => this.destroy(),
    );
    this.#stream = stream;
    if (this.#gone) return stream.destroy();
    if (kept.length > 0) stream.push(kept);
    this.#resume();
    return stream;
  }

  /** What is left of it is let in and thrown away. */
  destroy(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#kept = null;
    this.#leaveRoom();
    this.#resume();
    this.#stream?.destroy();
    this.#onGone?.();
  }

  #receive(chunk: Uint8Array, last: boolean): void {
    this.#bytes += chunk.length;
    if (this.#gone) return;
    if (this.outgrown) return this.#refuse();
    this.#complete = last;
    if (this.#kept === null) this.#pass(chunk.slice(), last);
    else this.#keep(chunk, last);
  }

  #keep(chunk: Uint8Array, last: boolean): void {
    this.#crowded = this.#whenKnown !== null && !this.#takeRoom(chunk.length);
    if (!this.#crowded) this.#kept?.add(chunk);
    const known = last || this.#crowded || this.#bytes > this.#waitBytes || this.#whenKnown === null;
    if (!known) return;
    if (!last) this.#pause();
    this.#tell();
  }

  #tell(): void {
    const run = this.#whenKnown;
    this.#whenKnown = null;
    this.#leaveRoom();
    run?.();
  }

  #takeRoom(bytes: number): boolean {
    if (this.#room === null) return true;
    if (!this.#room.take(bytes)) return false;
    this.#taken += bytes;
    return true;
  }

  #leaveRoom(): void {
    this.#room?.leave(this.#taken);
    this.#taken = 0;
    this.#room = null;
  }

  #pass(chunk: Uint8Array, last: boolean): void {
    const stream = this.#stream;
    if (stream === null) return;
    const room = chunk.length === 0 || stream.push(chunk);
    if (last) stream.push(null);
    else if (!room) this.#pause();
  }

  #refuse(): void {
    this.#tooLarge?.();
    this.destroy();
    this.#tell();
  }

  #pause(): void {
    this.#paused = true;
    this.#reply.pauseBody();
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#reply.resumeBody();
  }
}

/** A body that goes on as it comes. */
class BodyStream extends Readable {
  readonly #onWanted: () => void;
  readonly #onGone: () => void;

  constructor(onWanted: () => void, onGone: () => void) {
    super({ highWaterMark: WAITING_BYTES });
    this.#onWanted = onWanted;
    this.#onGone = onGone;
  }

  override _read(): void {
    this.#onWanted();
  }

  override _destroy(problem: Error | null, done: (problem?: Error | null) => void): void {
    this.#onGone();
    done(problem);
  }
}

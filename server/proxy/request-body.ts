/**
 * The body of a request on its way through: the first bytes may be kept to read fields from, and then all of it goes on as
 * a stream whose consumer sets the pace.
 */
import { Readable } from "node:stream";
import type { BodyRoom } from "../body-room.ts";
import { BODY_FIELDS_BYTES } from "../config.ts";
import type { Reply } from "../transport.ts";
import { KeptBytes } from "./kept-bytes.ts";

/** Bytes that wait here for the upstream before the caller is slowed down. */
const WAITING_BYTES = 65_536;

export class RequestBody extends Readable {
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
  /** What is kept until the decision; null once the stream flows. */
  #kept: KeptBytes | null = new KeptBytes();

  /** Must be made before the request's handler returns. */
  constructor(reply: Reply, bytesMax: number) {
    super({ highWaterMark: WAITING_BYTES });
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

  /** The body as JSON; undefined if it is incomplete, too large, or no JSON. */
  parsed(): unknown {
    const bytes = this.whole(BODY_FIELDS_BYTES);
    if (bytes === null) return undefined;
    try {
      return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8"));
    } catch {
      return undefined;
    }
  }

  /** Lets what was kept and what follows go on. */
  flow(): this {
    const kept = this.#kept?.bytes();
    this.#kept = null;
    if (kept !== undefined && kept.length > 0) this.push(kept);
    if (this.#complete) this.push(null);
    else this.#resume();
    return this;
  }

  override _read(): void {
    if (this.#kept === null) this.#resume();
  }

  override _destroy(problem: Error | null, done: (problem?: Error | null) => void): void {
    this.#kept = null;
    this.#leaveRoom();
    this.#resume();
    done(problem);
  }

  #receive(chunk: Uint8Array, last: boolean): void {
    this.#bytes += chunk.length;
    if (this.destroyed) return;
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
    const room = chunk.length === 0 || this.push(chunk);
    if (last) this.push(null);
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

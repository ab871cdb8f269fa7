/**
 * An answer written piece by piece over uWebSockets.js.
 *
 * With a length, `tryEnd` takes what fits the socket and the rest stays here. In chunks, `write` takes everything and only
 * says that the socket is full; so that there is something to try the socket with again, a part is kept here then too
 * ({@link UwsAnswer.flush} says why that is needed).
 */
import { performance } from "node:perf_hooks";
import type { UwsResponse } from "./load-uws.ts";

const NOTHING = new Uint8Array(0);
/** Bytes offered to a chunked answer at once while the request's body is still coming. */
const PIECE_BYTES = 16_384;

export class UwsAnswer {
  readonly #response: UwsResponse;
  /** Bytes that were promised, or null where the answer is chunked. */
  readonly length: number | null;
  readonly #finished: () => void;
  /** What waits here, and for a known length at which offset of the body it begins. */
  #pending: Uint8Array = NOTHING;
  #pendingFrom = 0;
  /** When the socket took the latest bytes before it was full, in milliseconds; null while it has room. */
  #fullSince: number | null = null;

  /** @param finished - Called when the promised length was written. Not called for a chunked answer. */
  constructor(response: UwsResponse, length: number | null, finished: () => void) {
    this.#response = response;
    this.length = length;
    this.#finished = finished;
  }

  get chunked(): boolean {
    return this.length === null;
  }

  /** Whether something waits for room in the socket. */
  get stalled(): boolean {
    return this.#pending.length > 0;
  }

  /** Where something waits, since when the socket has taken nothing, in milliseconds. */
  get stalledSince(): number | null {
    return this.stalled ? this.#fullSince : null;
  }

  /**
   * Writes a chunk, corked.
   *
   * @param keepRest - Whether a chunked answer keeps at once what the socket has no room for, because reading may be paused.
   * @returns Whether there is room for more. A chunked answer may say so of a full socket: then the next chunk waits here.
   */
  write(chunk: Uint8Array, keepRest: boolean): boolean {
    if (this.length !== null) return this.#offer(chunk, this.length);
    return this.#writePieces(chunk, keepRest ? PIECE_BYTES : chunk.length);
  }

  /**
   * Tries again to write what waits. The socket says by itself when it has room, but not while reading the request's body
   * is paused: the pause of 20.51.4 stops both.
   *
   * @returns Whether there is room for more.
   */
  flush(): boolean {
    const pending = this.#pending;
    if (pending.length === 0) return true;
    this.#pending = NOTHING;
    if (this.length === null) return this.#writePieces(pending, PIECE_BYTES);
    return this.#offer(pending.subarray(this.#response.getWriteOffset() - this.#pendingFrom), this.length);
  }

  /** Writes what waits, to be followed by the end of a chunked answer. */
  writeRest(): void {
    if (this.#pending.length > 0) this.#response.write(this.#pending);
    this.#pending = NOTHING;
  }

  #offer(chunk: Uint8Array, length: number): boolean {
    const from = this.#response.getWriteOffset();
    const [taken, done] = this.#response.tryEnd(chunk, length);
    if (done) this.#finished();
    if (done || taken) {
      this.#fullSince = null;
      return true;
    }
    if (this.#fullSince === null || this.#response.getWriteOffset() > from) this.#fullSince = performance.now();
    this.#pending = chunk;
    this.#pendingFrom = from;
    return false;
  }

  /** While the socket is full, one byte is enough to try it, and the rest serves for further tries. */
  #writePieces(chunk: Uint8Array, pieceBytes: number): boolean {
    let from = 0;
    while (from < chunk.length) {
      const to = Math.min(chunk.length, from + (this.#fullSince === null ? pieceBytes : 1));
      const room = this.#response.write(chunk.subarray(from, to));
      this.#fullSince = room ? null : (this.#fullSince ?? performance.now());
      from = to;
      if (room || from === chunk.length) continue;
      this.#pending = chunk.subarray(from);
      return false;
    }
    return true;
  }
}

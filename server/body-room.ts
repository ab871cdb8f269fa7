/** Memory for bodies that are read before it is known who signed them: counted in bytes, so that many slow senders of little take little. */
export class BodyRoom {
  readonly #max: number;
  #held = 0;

  /** @param max - Bytes. */
  constructor(max: number) {
    this.#max = max;
  }

  /** Takes room for so many bytes; false if there is none. */
  take(bytes: number): boolean {
    if (this.#held + bytes > this.#max) return false;
    this.#held += bytes;
    return true;
  }

  /** Gives it back. */
  leave(bytes: number): void {
    this.#held -= bytes;
  }
}

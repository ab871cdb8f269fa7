/** Bytes that come in pieces and are kept as one, so that a body that comes drop by drop takes no more memory than its bytes. */
export class KeptBytes {
  #room: Uint8Array = new Uint8Array(0);
  #length = 0;

  /** Copies `piece`, which may be reused afterwards. */
  add(piece: Uint8Array): void {
    const length = this.#length + piece.length;
    if (length > this.#room.length) this.#grow(length);
    this.#room.set(piece, this.#length);
    this.#length = length;
  }

  /** What was added so far; valid until the next addition. */
  bytes(): Uint8Array {
    return this.#room.subarray(0, this.#length);
  }

  /** The first piece gets exactly its room, because most bodies come in one. */
  #grow(length: number): void {
    const room = new Uint8Array(Math.max(length, 2 * this.#room.length));
    room.set(this.bytes());
    this.#room = room;
  }
}

/**
 * Where the frames of a Zstandard stream end (RFC 8878 §3.1). Node's decompressor reads one frame, and takes one that is cut off for one
 * that has ended, so the bytes are followed beside it: headers alone, since each says how much follows it.
 */
type Part = "magic" | "skipped_size" | "descriptor" | "header" | "block" | "content" | "checksum";

/** Bytes of the frame's content size by the descriptor's two highest bits, and of the dictionary's id by its two lowest. */
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];
const DICTIONARY_BYTES = [0, 1, 2, 4];
const RUN_OF_ONE_BYTE = 1;

/** Follows a stream from chunk to chunk. */
export class ZstdFrames {
  #part: Part = "magic";
  /** Bytes of the part that are still to come, and those of it that are to be read. */
  #left = 4;
  #bytes: number[] = [];
  #checksum = false;
  #last = false;

  /** Whether the stream may end here. */
  get atEnd(): boolean {
    return this.#part === "magic" && this.#bytes.length === 0;
  }

  /**
   * Follows a chunk from `start` to the end of the frame at hand.
   *
   * @returns Where the frame ends; the chunk's length where it goes on or ends with it.
   */
  follow(chunk: Uint8Array, start: number): number {
    let at = start;
    while (at < chunk.length) {
      const isRead = this.#part !== "content" && this.#part !== "header" && this.#part !== "checksum";
      const taken = Math.min(this.#left, chunk.length - at);
      if (isRead) this.#bytes.push(...chunk.subarray(at, at + taken));
      at += taken;
      this.#left -= taken;
      while (this.#left === 0) this.#next();
      if (this.atEnd) break;
    }
    return at;
  }

  #next(): void {
    const bytes = this.#bytes;
    this.#bytes = [];
    switch (this.#part) {
      case "magic":
        // A skippable frame begins with 0x184D2A5? and its size; whatever else is no frame is the decompressor's to refuse.
        return this.#await((bytes[0] ?? 0) >> 4 === 5 && bytes[1] === 0x2a ? ["skipped_size", 4] : ["descriptor", 1]);
      case "skipped_size":
        this.#last = true;
        this.#checksum = false;
        return this.#await(["content", numberOf(bytes)]);
      case "descriptor": {
        const [descriptor = 0] = bytes;
        const single = (descriptor >> 5) & 1;
        this.#checksum = ((descriptor >> 2) & 1) === 1;
        const size = CONTENT_SIZE_BYTES[descriptor >> 6] || single;
        return this.#await(["header", 1 - single + (DICTIONARY_BYTES[descriptor & 3] ?? 0) + size]);
      }
      case "block": {
        const header = numberOf(bytes);
        this.#last = (header & 1) === 1;
        return this.#await(["content", ((header >> 1) & 3) === RUN_OF_ONE_BYTE ? 1 : header >> 3]);
      }
      case "header":
        return this.#await(["block", 3]);
      case "content":
        if (!this.#last) return this.#await(["block", 3]);
        return this.#await(this.#checksum ? ["checksum", 4] : ["magic", 4]);
      case "checksum":
        return this.#await(["magic", 4]);
    }
  }

  #await([part, left]: readonly [Part, number]): void {
    this.#part = part;
    this.#left = left;
  }
}

/** A number of up to four bytes, the lowest first. */
function numberOf(bytes: readonly number[]): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}

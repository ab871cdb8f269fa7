/** Writes the frames of answers as msgpack, into one buffer that is used again and again. */

/** Texts of a policy (names, reasons) whose bytes are kept; past this many the memory is emptied. */
const TEXTS_MAX = 4_096;
/** The most bytes that a number or the head of an array takes. */
const HEAD_BYTES = 9;

export class FrameWriter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(16_384);
  #at = 0;
  readonly #texts = new Map<string, Buffer>();

  /** Begins a new frame: what was written before is gone. */
  begin(): void {
    this.#at = 0;
  }

  /** What was written, valid until the next frame is begun. */
  get frame(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  /** The head of an array; its values are to follow. */
  array(length: number): void {
    this.#reserve(HEAD_BYTES);
    if (length < 16) this.#byte(0x90 | length);
    else this.#wide(0xdc, length, 2);
  }

  nil(): void {
    this.#reserve(1);
    this.#byte(0xc0);
  }

  /** A whole number from 0 to 2^53 - 1. */
  count(value: number): void {
    this.#reserve(HEAD_BYTES);
    if (value < 128) this.#byte(value);
    else if (value < 0x100) this.#wide(0xcc, value, 1);
    else if (value < 0x1_0000) this.#wide(0xcd, value, 2);
    else if (value < 0x1_0000_0000) this.#wide(0xce, value, 4);
    else this.#uint64(value);
  }

  /** Any number. */
  number(value: number): void {
    if (Number.isSafeInteger(value) && value >= 0) return this.count(value);
    this.#reserve(HEAD_BYTES);
    this.#byte(0xcb);
    this.#at = this.#bytes.writeDoubleBE(value, this.#at);
  }

  text(text: string): void {
    const length = Buffer.byteLength(text);
    this.#reserve(HEAD_BYTES + length);
    if (length < 32) this.#byte(0xa0 | length);
    else if (length < 0x1_0000) this.#wide(0xda, length, 2);
    else this.#wide(0xdb, length, 4);
    this.#at += this.#bytes.write(text, this.#at);
  }

  /** A text of the policy, that comes again. */
  known(text: string): void {
    const known = this.#texts.get(text) ?? this.#learn(text);
    this.#reserve(known.length);
    this.#bytes.set(known, this.#at);
    this.#at += known.length;
  }

  #learn(text: string): Buffer {
    const from = this.#at;
    this.text(text);
    const bytes = Buffer.from(this.#bytes.subarray(from, this.#at));
    this.#at = from;
    if (this.#texts.size >= TEXTS_MAX) this.#texts.clear();
    this.#texts.set(text, bytes);
    return bytes;
  }

  #byte(byte: number): void {
    this.#bytes[this.#at++] = byte;
  }

  #wide(head: number, value: number, bytes: 1 | 2 | 4): void {
    this.#byte(head);
    for (let shift = 8 * (bytes - 1); shift >= 0; shift -= 8) this.#byte((value >>> shift) & 255);
  }

  #uint64(value: number): void {
    this.#wide(0xcf, Math.floor(value / 0x1_0000_0000), 4);
    this.#at = this.#bytes.writeUInt32BE(value >>> 0, this.#at);
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.#at + bytes));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}

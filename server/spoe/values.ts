/**
 * Numbers, strings and typed data of HAProxy's Stream Processing Offload Protocol 2.0 (HAProxy doc/SPOE.txt §3.1): a reader over received bytes
 * that never reads past their end, and a writer. Lengths are checked against what is left before anything is taken.
 */
import { canonicalIp } from "../../engine/index.ts";

/** What a peer sent is not the protocol. */
export class SpoeFault extends Error {}

/** A value of a message or action. Integers past 2^53 lose their low digits. */
export type SpoeValue = null | boolean | number | string | Uint8Array;

const TYPE = {
  null: 0,
  bool: 1,
  int32: 2,
  uint32: 3,
  int64: 4,
  uint64: 5,
  ipv4: 6,
  ipv6: 7,
  string: 8,
  binary: 9,
} as const;
const TRUE_FLAG = 0x10;
/** Longest variable-length integer: 64 bits take one byte of four bits and nine of seven. */
const VARINT_BYTES = 10;

export class SpoeReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    return this.#take(1)[0] ?? 0;
  }

  uint32(): number {
    return this.#take(4).readUInt32BE(0);
  }

  /** A variable-length integer: below 240 a byte, else four bits of it and seven of each byte that follows. */
  varint(): number {
    let value = this.byte();
    if (value < 240) return value;
    let scale = 16;
    for (let count = 1; count < VARINT_BYTES; count++) {
      const next = this.byte();
      value += next * scale;
      scale *= 128;
      if (next < 128) return value;
    }
    throw new SpoeFault("an integer does not end");
  }

  bytes(): Buffer {
    return this.#take(this.varint());
  }

  text(): string {
    return this.bytes().toString("latin1");
  }

  value(): SpoeValue {
    const head = this.byte();
    switch (head & 0x0f) {
      case TYPE.null:
        return null;
      case TYPE.bool:
        return (head & TRUE_FLAG) !== 0;
      case TYPE.int32:
      case TYPE.uint32:
      case TYPE.int64:
      case TYPE.uint64:
        return this.varint();
      case TYPE.ipv4:
        return [...this.#take(4)].join(".");
      case TYPE.ipv6:
        return ipv6Text(this.#take(16));
      case TYPE.string:
        return this.text();
      case TYPE.binary:
        return this.bytes();
      default:
        throw new SpoeFault(`there is no data type ${head & 0x0f}`);
    }
  }

  #take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw new SpoeFault("a frame ends too soon");
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }
}

function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return canonicalIp(groups.join(":")) ?? "::";
}

/** Bytes of a frame being written. */
export class SpoeWriter {
  readonly #parts: number[] = [];

  byte(value: number): this {
    this.#parts.push(value & 0xff);
    return this;
  }

  uint32(value: number): this {
    return this.byte(value >>> 24)
      .byte(value >>> 16)
      .byte(value >>> 8)
      .byte(value);
  }

  varint(value: number): this {
    if (value < 240) return this.byte(value);
    this.byte((value % 16) | 240);
    let rest = Math.floor((value - 240) / 16);
    while (rest >= 128) {
      this.byte((rest % 128) | 128);
      rest = Math.floor((rest - 128) / 128);
    }
    return this.byte(rest);
  }

  text(value: string): this {
    const bytes = Buffer.from(value, "utf8");
    this.varint(bytes.length);
    for (const byte of bytes) this.#parts.push(byte);
    return this;
  }

  /** A text, or an unsigned 32-bit integer. */
  value(value: string | number): this {
    return typeof value === "string" ? this.byte(TYPE.string).text(value) : this.byte(TYPE.uint32).varint(value);
  }

  get length(): number {
    return this.#parts.length;
  }

  finish(): Buffer {
    return Buffer.from(this.#parts);
  }
}

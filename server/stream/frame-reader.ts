/**
 * Reads msgpack (github.com/msgpack/msgpack, spec.md) as the stream's frames use it: what JSON has, and nothing else. Written for rows of
 * short texts: a general decoder makes an array and an object a row, and most of its time goes into that.
 */
import { FrameFault } from "./frame-fault.ts";
import type { Decoder, TextCache } from "../text-cache.ts";

/** How deep a value may be nested. */
const DEPTH_MAX = 32;

/** The method behind `toString("latin1", …)`, which costs half as much for the texts here. */
type LatinBytes = Buffer & { latin1Slice(from: number, to: number): string };

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export class FrameReader implements Decoder {
  #bytes: LatinBytes = Buffer.alloc(0) as LatinBytes;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #end = 0;
  at = 0;

  /** Goes to the start of a frame, which must stay as it is until it has been read. */
  point(frame: Uint8Array): void {
    this.#bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length) as LatinBytes;
    this.#view = new DataView(frame.buffer, frame.byteOffset, frame.length);
    this.#end = frame.length;
    this.at = 0;
  }

  get atEnd(): boolean {
    return this.at === this.#end;
  }

  /** Goes past a nil; false if something else comes. */
  isNil(): boolean {
    if (this.#bytes[this.at] !== 0xc0) return false;
    this.at++;
    return true;
  }

  isText(): boolean {
    const head = this.#peek();
    return (head & 0xe0) === 0xa0 || (head >= 0xd9 && head <= 0xdb);
  }

  /** How many values the array has that comes. */
  arrayLength(what: string): number {
    const head = this.#byte();
    if ((head & 0xf0) === 0x90) return head & 15;
    if (head === 0xdc) return this.#uint(2);
    if (head === 0xdd) return this.#room(this.#uint(4), what);
    throw new FrameFault(`${what} must be an array`);
  }

  /** How many members the map has that comes. */
  mapLength(what: string): number {
    const head = this.#byte();
    if ((head & 0xf0) === 0x80) return head & 15;
    if (head === 0xde) return this.#uint(2);
    if (head === 0xdf) return this.#room(this.#uint(4), what);
    throw new FrameFault(`${what} must be a map`);
  }

  /** A whole number from 0 to 2^53 - 1, given as an integer or as a float. */
  count(what: string): number {
    const head = this.#peek();
    if (head < 0x80) {
      this.at++;
      return head;
    }
    const value = this.number(what);
    if (Number.isSafeInteger(value) && value >= 0) return value;
    throw new FrameFault(`${what} must be a whole number, and not negative`);
  }

  number(what: string): number {
    const value = this.#scalar(this.#byte());
    if (typeof value === "number") return value;
    throw new FrameFault(`${what} must be a number`);
  }

  /** The frame's bytes. */
  get view(): DataView {
    return this.#view;
  }

  /** Bytes that the next so many texts take, with their heads of one or two bytes; 0 where something else comes. */
  runBytes(texts: number): number {
    const view = this.#view;
    let at = this.at;
    for (let left = texts; left > 0; left--) {
      if (at + 1 >= this.#end) return 0;
      const head = view.getUint8(at);
      if ((head & 0xe0) === 0xa0) at += 1 + (head & 31);
      else if (head === 0xd9) at += 2 + view.getUint8(at + 1);
      else return 0;
    }
    return at <= this.#end ? at - this.at : 0;
  }

  /** What the text that comes stands for. */
  cached(cache: TextCache, what: string): string | null {
    const length = this.#textLength(what);
    const from = this.at;
    this.at += length;
    return cache.valueOf(this.#view, from, length, this);
  }

  /** A text. */
  text(what: string): string {
    const length = this.#textLength(what);
    const from = this.at;
    this.at += length;
    return this.decode(from, length);
  }

  /** @throws {FrameFault} Where the bytes are not UTF-8. */
  decode(from: number, length: number): string {
    if (this.#isAscii(from, length)) return this.#bytes.latin1Slice(from, from + length);
    try {
      return UTF8.decode(this.#bytes.subarray(from, from + length));
    } catch {
      throw new FrameFault("a text is not UTF-8");
    }
  }

  /** Any value, as JSON would have it. */
  value(what: string): unknown {
    return this.#value(what, 0);
  }

  #value(what: string, depth: number): unknown {
    if (depth > DEPTH_MAX) throw new FrameFault(`${what} is nested deeper than ${DEPTH_MAX}`);
    const head = this.#peek();
    if (this.isText()) return this.text(what);
    if ((head & 0xf0) === 0x90 || head === 0xdc || head === 0xdd) return this.#array(what, depth);
    if ((head & 0xf0) === 0x80 || head === 0xde || head === 0xdf) return this.#map(what, depth);
    this.at++;
    return this.#scalar(head);
  }

  #array(what: string, depth: number): unknown[] {
    const length = this.arrayLength(what);
    const values: unknown[] = [];
    for (let index = 0; index < length; index++) values.push(this.#value(what, depth + 1));
    return values;
  }

  #map(what: string, depth: number): Record<string, unknown> {
    const length = this.mapLength(what);
    const members = Object.create(null) as Record<string, unknown>;
    for (let index = 0; index < length; index++) {
      const name = this.text(what);
      members[name] = this.#value(what, depth + 1);
    }
    return members;
  }

  /** Numbers, nil, false and true. Binary and extensions have no place in a request. */
  #scalar(head: number): number | boolean | null {
    if (head < 0x80) return head;
    if (head >= 0xe0) return head - 256;
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return this.#view.getFloat32(this.#skip(4));
      case 0xcb:
        return this.#view.getFloat64(this.#skip(8));
      case 0xcc:
        return this.#uint(1);
      case 0xcd:
        return this.#uint(2);
      case 0xce:
        return this.#uint(4);
      case 0xcf:
        return Number(this.#view.getBigUint64(this.#skip(8)));
      case 0xd0:
        return this.#view.getInt8(this.#skip(1));
      case 0xd1:
        return this.#view.getInt16(this.#skip(2));
      case 0xd2:
        return this.#view.getInt32(this.#skip(4));
      case 0xd3:
        return Number(this.#view.getBigInt64(this.#skip(8)));
      default:
        throw new FrameFault(`a value of type 0x${head.toString(16)} has no place here: what JSON has is taken`);
    }
  }

  #textLength(what: string): number {
    const head = this.#byte();
    if ((head & 0xe0) === 0xa0) return this.#within(head & 31);
    if (head === 0xd9) return this.#within(this.#uint(1));
    if (head === 0xda) return this.#within(this.#uint(2));
    if (head === 0xdb) return this.#within(this.#uint(4));
    throw new FrameFault(`${what} must be a text`);
  }

  /** Every value has a byte at least: more are promised than the frame has room for. */
  #room(length: number, what: string): number {
    if (length <= this.#end - this.at) return length;
    throw new FrameFault(`${what} is longer than the frame`);
  }

  #isAscii(from: number, length: number): boolean {
    const view = this.#view;
    const to = from + length;
    let at = from;
    for (; at + 4 <= to; at += 4) if ((view.getInt32(at, true) & 0x80808080) !== 0) return false;
    for (; at < to; at++) if (view.getUint8(at) >= 0x80) return false;
    return true;
  }

  #peek(): number {
    if (this.at >= this.#end) throw cutShort();
    return this.#bytes[this.at] ?? 0;
  }

  #byte(): number {
    const byte = this.#peek();
    this.at++;
    return byte;
  }

  #uint(bytes: 1 | 2 | 4): number {
    const from = this.#skip(bytes);
    if (bytes === 1) return this.#view.getUint8(from);
    return bytes === 2 ? this.#view.getUint16(from) : this.#view.getUint32(from);
  }

  /** Where the bytes begin that are gone past. */
  #skip(bytes: number): number {
    const from = this.at;
    this.at += this.#within(bytes);
    return from;
  }

  #within(bytes: number): number {
    if (bytes <= this.#end - this.at) return bytes;
    throw cutShort();
  }
}

function cutShort(): FrameFault {
  return new FrameFault("the frame is cut short");
}

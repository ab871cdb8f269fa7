/**
 * The members of a gzip stream (RFC 1952 §2.2), one after the other. Node's own reader loses what came in the same piece as a fault, which of
 * a small log is all of it. Here each member has a reader of its own, so that a sound one is given before what is wrong after it.
 */
import { crc32, createInflateRaw, type InflateRaw } from "node:zlib";
import { CompressionError } from "./compression-error.ts";

/** Bits of a header's flags: what follows the fixed part. */
const HEADER_CRC = 2;
const EXTRA = 4;
const NAME = 8;
const COMMENT = 16;
/** What a member begins with: its two marks, and the only method that there is. */
const BEGINNING = [0x1f, 0x8b, 8];
/** The rest of what every header has: flags, time, and two bytes about who wrote it. */
const FIXED_BYTES = 7;
const TRAILER_BYTES = 8;
const NO_MEMBER = "what follows is no gzip stream";
const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * The content of all members. Zeros after the last one, with which blocks of tapes are filled up, are passed over.
 *
 * @throws {CompressionError} where the stream is cut off or damaged, or where something else follows; whatever `source` throws.
 */
export async function* gunzip(source: AsyncIterable<Uint8Array>, chunkSize: number): AsyncGenerator<Uint8Array> {
  const bytes = new Bytes(source);
  try {
    do {
      await passHeader(bytes);
      yield* member(bytes, chunkSize);
    } while (await goesOn(bytes));
  } finally {
    bytes.close();
  }
}

async function passHeader(bytes: Bytes): Promise<void> {
  for (const byte of BEGINNING) if ((await bytes.take(1))[0] !== byte) throw new CompressionError(false, NO_MEMBER);
  const flags = (await bytes.take(FIXED_BYTES))[0] ?? 0;
  if ((flags & EXTRA) !== 0) await bytes.take((await bytes.take(2)).readUInt16LE());
  if ((flags & NAME) !== 0) await passText(bytes);
  if ((flags & COMMENT) !== 0) await passText(bytes);
  if ((flags & HEADER_CRC) !== 0) await bytes.take(2);
}

async function passText(bytes: Bytes): Promise<void> {
  while ((await bytes.take(1))[0] !== 0);
}

async function* member(bytes: Bytes, chunkSize: number): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw({ chunkSize });
  const fed = feed(bytes, inflate);
  let [sum, size] = [0, 0];
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) {
      sum = crc32(chunk, sum);
      size = (size + chunk.length) % 2 ** 32;
      yield chunk;
    }
  } catch (problem) {
    throw CompressionError.of(problem);
  } finally {
    inflate.destroy();
  }
  bytes.putBack(await fed);
  const trailer = await bytes.take(TRAILER_BYTES);
  if (trailer.readUInt32LE(0) === sum && trailer.readUInt32LE(4) === size) return;
  throw new CompressionError(false, "its content is not what its checksum says");
}

/** Hands bytes on; what the source throws is thrown where the content is read. @returns What was handed on and is not of the member. */
async function feed(bytes: Bytes, inflate: InflateRaw): Promise<Uint8Array> {
  try {
    return await feedMember(bytes, inflate);
  } catch (problem) {
    inflate.destroy(problem instanceof Error ? problem : new Error(String(problem)));
    return NOTHING;
  }
}

/** That a member has ended is known by what is not read. */
async function feedMember(bytes: Bytes, inflate: InflateRaw): Promise<Uint8Array> {
  for (let given = 0; !inflate.destroyed; ) {
    const chunk = await bytes.next();
    if (chunk === null) {
      inflate.end();
      return NOTHING;
    }
    given += chunk.length;
    await new Promise<void>((resolve) => inflate.write(chunk, () => resolve()));
    const unread = given - inflate.bytesWritten;
    if (unread > 0) return chunk.subarray(chunk.length - unread);
  }
  return NOTHING;
}

/** Whether anything but zeros follows. */
async function goesOn(bytes: Bytes): Promise<boolean> {
  for (let chunk = await bytes.next(); chunk !== null; chunk = await bytes.next()) {
    const start = chunk.findIndex((byte) => byte !== 0);
    if (start < 0) continue;
    bytes.putBack(start === 0 ? chunk : NOTHING);
    if (start === 0) return true;
    throw new CompressionError(false, NO_MEMBER);
  }
  return false;
}

/** Bytes of a stream, of which some may be put back. */
class Bytes {
  readonly #source: AsyncIterator<Uint8Array>;
  #back: Uint8Array = NOTHING;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Some more; null at the end. */
  async next(): Promise<Uint8Array | null> {
    const back = this.#back;
    this.#back = NOTHING;
    if (back.length > 0) return back;
    for (;;) {
      const { done, value } = await this.#source.next();
      if (done === true) return null;
      if (value.length > 0) return value;
    }
  }

  putBack(bytes: Uint8Array): void {
    this.#back = bytes;
  }

  /** As many as asked for. @throws {CompressionError} where there are fewer. */
  async take(count: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for (let left = count; left > 0; ) {
      const chunk = await this.next();
      if (chunk === null) throw new CompressionError(true, "unexpected end of file");
      parts.push(chunk.subarray(0, left));
      this.putBack(chunk.subarray(left));
      left -= Math.min(left, chunk.length);
    }
    return Buffer.concat(parts, count);
  }

  /** Not waited for: the source may be waiting itself, for bytes that nobody needs any more. */
  close(): void {
    void this.#source.return?.();
  }
}

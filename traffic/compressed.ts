/** Streams that are compressed, known by their first bytes. */
import { pipeline, Readable, type Transform } from "node:stream";
import { createZstdDecompress } from "node:zlib";
import { CompressionError } from "./compression-error.ts";
import { gunzip } from "./gzip-members.ts";
import { ZstdFrames } from "./zstd-frames.ts";

/** What a stream can be compressed with; the others are known to be told about. */
export type Compression = "gzip" | "zstd" | "bzip2" | "xz" | "zip";

/** First bytes: RFC 1952 §2.3.1, RFC 8878 §3.1.1, and the file formats of bzip2, xz and zip. */
const MAGIC: readonly (readonly [Compression, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["xz", [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ["zip", [0x50, 0x4b, 0x03, 0x04]],
];

/** How the stream that begins with `head` is compressed; null where it is not. */
export function compressionOf(head: Uint8Array): Compression | null {
  return MAGIC.find(([, bytes]) => bytes.every((byte, index) => head[index] === byte))?.[0] ?? null;
}

/**
 * The content of a compressed stream, in constant memory. Several streams may follow one another in it.
 *
 * @throws {CompressionError} where it is cut off or damaged; whatever `source` throws.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  compression: "gzip" | "zstd",
): AsyncGenerator<Uint8Array> {
  if (compression === "gzip") {
    yield* gunzip(source, OPTIONS.chunkSize);
    return;
  }
  const frames = new FramesOf(source);
  while (await frames.begin()) yield* inflated(frames.frame(), createZstdDecompress(OPTIONS));
  if (!frames.atEnd) throw new CompressionError(true, "unexpected end of file");
}

const OPTIONS = { chunkSize: 262_144 };

async function* inflated(source: AsyncIterable<Uint8Array>, content: Transform): AsyncGenerator<Uint8Array> {
  // What goes wrong is thrown where the content is read.
  pipeline(Readable.from(source), content, () => {});
  try {
    for await (const chunk of content) yield chunk as Buffer;
  } catch (problem) {
    throw CompressionError.of(problem);
  }
}

/** A Zstandard stream, frame by frame. */
class FramesOf {
  readonly #frames = new ZstdFrames();
  readonly #source: AsyncIterator<Uint8Array>;
  /** The chunk at hand, and how much of it belongs to frames that have been read. */
  #chunk: Uint8Array = new Uint8Array(0);
  #read = 0;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  get atEnd(): boolean {
    return this.#frames.atEnd;
  }

  /** Whether another frame begins. */
  async begin(): Promise<boolean> {
    while (this.#read === this.#chunk.length) {
      const next = await this.#source.next();
      if (next.done === true) return false;
      this.#chunk = next.value;
      this.#read = 0;
    }
    return true;
  }

  /** The bytes of the frame at hand. */
  async *frame(): AsyncGenerator<Uint8Array> {
    while (await this.begin()) {
      const start = this.#read;
      this.#read = this.#frames.follow(this.#chunk, start);
      yield this.#chunk.subarray(start, this.#read);
      if (this.#frames.atEnd) return;
    }
  }
}

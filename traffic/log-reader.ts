/** Lines of a file or stream, in constant memory, however long the file or a line of it is. */
import { createReadStream } from "node:fs";
import { compressionOf, decompress } from "./compressed.ts";
import { CompressionError } from "./compression-error.ts";
import { LineSplitter } from "./line-splitter.ts";
import { holdsRecords, RecordSplitter } from "./record-splitter.ts";

/** Bytes read from a file at once. */
export const READ_BYTES = 262_144;

/** Why a line was not read. `cut_off` and `damaged` are of the stream that holds it: no line follows. */
export type InputProblem = "too_long" | "not_utf8" | "cut_off" | "damaged";

export interface InputLine {
  /** Counted from 1. */
  readonly number: number;
  /** Without its line end (LF or CRLF); empty where there is a problem. */
  readonly text: string;
  /** Null where the line was read. */
  readonly problem: InputProblem | null;
}

/** Longest line kept, in bytes. A longer one is reported, and its bytes are passed over. */
export const LONGEST_LINE_BYTES = 1_048_576;

const PROBLEMS: Readonly<Record<InputProblem, string>> = {
  too_long: `the line is longer than ${LONGEST_LINE_BYTES} bytes`,
  not_utf8: "the line is not UTF-8 text",
  cut_off: "the log is cut off here: its compressed stream, or the JSON around its records, does not end",
  damaged: "the log is damaged here: its compressed stream cannot be read further",
};

/** The reason of a line's {@link InputLine.problem}, as one sentence. */
export function lineProblem(problem: InputProblem): string {
  return PROBLEMS[problem];
}

/**
 * The lines of a file.
 *
 * @throws The system's error (`ENOENT`, `EISDIR`, …) if it cannot be read.
 */
export function readFileLines(path: string): AsyncGenerator<InputLine> {
  return readLines(createReadStream(path, { highWaterMark: READ_BYTES }));
}

/** The lines of a stream of bytes. A last line without a line end counts; an empty last line does not. */
export async function* readLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<InputLine> {
  for await (const lines of readLineBatches(source)) yield* lines;
}

/** As {@link readLines}, in batches: waiting for each line by itself takes longer than reading it. */
async function* readLineBatches(source: AsyncIterable<Uint8Array>): AsyncGenerator<readonly InputLine[]> {
  yield* split(source, new LineSplitter());
}

/** Cuts bytes into lines or records. */
interface Splitter {
  push(chunk: Buffer): InputLine[];
  end(): InputLine[];
}

async function* split(source: AsyncIterable<Uint8Array>, splitter: Splitter): AsyncGenerator<readonly InputLine[]> {
  for await (const chunk of source) {
    yield splitter.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }
  yield splitter.end();
}

/** Bytes by which it is known how a log is compressed, and whether it is one JSON value. */
const HEAD_BYTES = 64;

/**
 * The lines of a log in batches: of a plain stream or one compressed with gzip or zstd, and the records of one that is a single JSON value.
 * Where the compressed stream is cut off or damaged, the last line says so.
 *
 * @throws {CompressionError} for a compression that is not read; whatever `source` throws.
 */
export async function* readLog(source: AsyncIterable<Uint8Array>): AsyncGenerator<readonly InputLine[]> {
  const packed = await withHead(source);
  const compression = compressionOf(packed.head);
  if (compression !== null && compression !== "gzip" && compression !== "zstd") {
    throw new CompressionError(false, `it is compressed with ${compression}, which is not read`);
  }
  let last = 0;
  try {
    const plain = compression === null ? packed : await withHead(decompress(packed.all, compression));
    const splitter = holdsRecords(plain.head.toString("latin1")) ? new RecordSplitter() : new LineSplitter();
    for await (const lines of split(plain.all, splitter)) {
      last = lines.at(-1)?.number ?? last;
      yield lines;
    }
  } catch (problem) {
    if (!(problem instanceof CompressionError)) throw problem;
    yield [{ number: last + 1, text: "", problem: problem.cutOff ? "cut_off" : "damaged" }];
  }
}

/** The first bytes of a stream, and all of it. What goes wrong among the first is thrown after them. */
async function withHead(
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly head: Buffer; readonly all: AsyncIterable<Uint8Array> }> {
  const rest = source[Symbol.asyncIterator]();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  let fault: Fault | null = null;
  while (bytes < HEAD_BYTES) {
    const next: IteratorResult<Uint8Array> | Fault = await rest.next().catch((problem: unknown) => ({ problem }));
    if ("problem" in next) fault = next;
    if ("problem" in next || next.done === true) break;
    parts.push(next.value);
    bytes += next.value.length;
  }
  const head = Buffer.concat(parts);
  return { head: head.subarray(0, HEAD_BYTES), all: joined(head, rest, fault) };
}

/** What a stream threw. */
interface Fault {
  readonly problem: unknown;
}

async function* joined(head: Buffer, rest: AsyncIterator<Uint8Array>, fault: Fault | null): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    if (fault !== null) throw fault.problem;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

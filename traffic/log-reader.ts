/** Lines of a file or stream, one at a time in constant memory, however long the file or a line of it is. */
import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";

/** Longest line kept, in bytes. A longer one is reported, and its bytes are passed over. */
export const LONGEST_LINE_BYTES = 1_048_576;

export interface InputLine {
  /** Counted from 1. */
  readonly number: number;
  /** Without its line end (LF or CRLF); empty where there is a problem. */
  readonly text: string;
  /** Why the line was not read, or null. */
  readonly problem: "too_long" | "not_utf8" | null;
}

/** The reason of a line's {@link InputLine.problem}, as one sentence. */
export function lineProblem(problem: "too_long" | "not_utf8"): string {
  return problem === "too_long" ? `the line is longer than ${LONGEST_LINE_BYTES} bytes` : "the line is not UTF-8 text";
}

/**
 * The lines of a file.
 *
 * @throws The system's error (`ENOENT`, `EISDIR`, …) if it cannot be read.
 */
export function readFileLines(path: string): AsyncGenerator<InputLine> {
  return readLines(createReadStream(path, { highWaterMark: 262_144 }));
}

/** The lines of a stream of bytes. A last line without a line end counts; an empty last line does not. */
export async function* readLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<InputLine> {
  const splitter = new LineSplitter();
  for await (const chunk of source) yield* splitter.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  yield* splitter.end();
}

const NEWLINE = 10;
const RETURN = 13;

/** Cuts chunks into lines and keeps the part of a line that has not ended yet. */
class LineSplitter {
  private held: Buffer[] = [];
  private heldBytes = 0;
  private tooLong = false;
  private count = 0;

  *push(chunk: Buffer): Generator<InputLine> {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      this.hold(chunk.subarray(start, end));
      yield this.take();
      start = end + 1;
    }
    if (start < chunk.length) this.hold(chunk.subarray(start));
  }

  *end(): Generator<InputLine> {
    if (this.heldBytes > 0 || this.tooLong) yield this.take();
  }

  private hold(part: Buffer): void {
    this.tooLong ||= this.heldBytes + part.length > LONGEST_LINE_BYTES;
    if (this.tooLong) this.held = [];
    else this.held.push(part);
    this.heldBytes += part.length;
  }

  private take(): InputLine {
    const bytes = this.held.length === 1 ? (this.held[0] ?? Buffer.alloc(0)) : Buffer.concat(this.held);
    const tooLong = this.tooLong;
    this.held = [];
    this.heldBytes = 0;
    this.tooLong = false;
    this.count++;
    if (tooLong) return { number: this.count, text: "", problem: "too_long" };
    return decode(bytes, this.count);
  }
}

function decode(bytes: Buffer, number: number): InputLine {
  const end = bytes.length > 0 && bytes[bytes.length - 1] === RETURN ? bytes.length - 1 : bytes.length;
  const text = bytes.toString("utf8", 0, end);
  const damaged = text.includes("\uFFFD") && !isUtf8(bytes);
  return damaged ? { number, text: "", problem: "not_utf8" } : { number, text, problem: null };
}

/** Bytes to lines. */
import { isAscii, isUtf8 } from "node:buffer";
import { type InputLine, LONGEST_LINE_BYTES } from "./log-reader.ts";

const NEWLINE = 10;
const RETURN = 13;
/**
 * Bytes decoded together, unless a line is longer. V8 gives a text of more than 128 KiB pages of its own, which the system has to fetch and to
 * clear each time.
 */
const DECODED_BYTES = 65_536;
const BYTE_ORDER_MARK = "\uFEFF";

/** Cuts chunks into lines and keeps the part of a line that has not ended yet. */
export class LineSplitter {
  private held: Buffer[] = [];
  private heldBytes = 0;
  private tooLong = false;
  /** Whether the line that is too long was told: at once, because it may never end. */
  private told = false;
  private count = 0;

  /** The lines that end in a chunk. */
  push(chunk: Buffer): InputLine[] {
    const lines: InputLine[] = [];
    const last = chunk.lastIndexOf(NEWLINE);
    let start = 0;
    if (last >= 0 && (this.heldBytes > 0 || this.tooLong)) {
      start = chunk.indexOf(NEWLINE) + 1;
      this.hold(chunk.subarray(0, start - 1));
      this.take(lines);
    }
    if (start <= last) this.pushWhole(chunk.subarray(start, last + 1), lines);
    if (last + 1 < chunk.length) this.hold(chunk.subarray(last + 1));
    if (this.tooLong && !this.told) lines.push(this.tellTooLong());
    return lines;
  }

  /** The last line, where it has no end. */
  end(): InputLine[] {
    const lines: InputLine[] = [];
    if (this.heldBytes > 0 || this.tooLong) this.take(lines);
    return lines;
  }

  /** Whole lines, each with its end: decoded together, some at a time, unless one of them may be none. */
  private pushWhole(bytes: Buffer, lines: InputLine[]): void {
    let start = 0;
    while (start < bytes.length) {
      const last = bytes.length - start > DECODED_BYTES ? bytes.lastIndexOf(NEWLINE, start + DECODED_BYTES - 1) : -1;
      const end = last < start ? bytes.length : last + 1;
      this.pushDecoded(bytes.subarray(start, end), lines);
      start = end;
    }
  }

  private pushDecoded(bytes: Buffer, lines: InputLine[]): void {
    const ascii = isAscii(bytes);
    if (bytes.length > LONGEST_LINE_BYTES || !(ascii || isUtf8(bytes))) {
      this.pushEach(bytes, lines);
      return;
    }
    const text = bytes.toString(ascii ? "latin1" : "utf8");
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      const last = end > start && text.charCodeAt(end - 1) === RETURN ? end - 1 : end;
      lines.push(this.numbered(text.slice(start, last)));
      start = end + 1;
    }
  }

  private pushEach(bytes: Buffer, lines: InputLine[]): void {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      this.hold(bytes.subarray(start, end));
      this.take(lines);
      start = end + 1;
    }
  }

  private hold(part: Buffer): void {
    this.tooLong ||= this.heldBytes + part.length > LONGEST_LINE_BYTES;
    if (this.tooLong) this.held = [];
    else this.held.push(part);
    this.heldBytes += part.length;
  }

  /** Adds the line that has ended. */
  private take(lines: InputLine[]): void {
    if (!this.told) lines.push(this.tooLong ? this.tellTooLong() : this.decoded());
    this.held = [];
    this.heldBytes = 0;
    this.tooLong = false;
    this.told = false;
  }

  private tellTooLong(): InputLine {
    this.told = true;
    return { number: ++this.count, text: "", problem: "too_long" };
  }

  private decoded(): InputLine {
    const bytes = this.held.length === 1 ? (this.held[0] ?? Buffer.alloc(0)) : Buffer.concat(this.held);
    if (!isUtf8(bytes)) return { number: ++this.count, text: "", problem: "not_utf8" };
    const end = bytes.length > 0 && bytes[bytes.length - 1] === RETURN ? bytes.length - 1 : bytes.length;
    return this.numbered(bytes.toString("utf8", 0, end));
  }

  private numbered(text: string): InputLine {
    this.count++;
    const marked = this.count === 1 && text.startsWith(BYTE_ORDER_MARK);
    return { number: this.count, text: marked ? text.slice(1) : text, problem: null };
  }
}

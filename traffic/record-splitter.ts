/**
 * Records of a file that is one JSON value: CloudTrail's `{"Records": [{…}, …]}`, or an array of objects. Each is handed on as a line, without
 * the whole ever being in memory. Several such values may follow one another, as `zcat *.json.gz` joins them.
 */
import { isUtf8 } from "node:buffer";
import { type InputLine, type InputProblem, LONGEST_LINE_BYTES } from "./log-reader.ts";

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** Whether a file that begins like this holds records in one JSON value: `[{` or `{"Records":[`. */
export function holdsRecords(head: string): boolean {
  return /^\uFEFF?\s*(?:\[\s*\{|\{\s*"Records"\s*:\s*\[)/.test(head);
}

/** Cuts chunks into records: objects that stand in an array at the first or second level. */
export class RecordSplitter {
  private depth = 0;
  private inText = false;
  private escaped = false;
  /** The level of the array whose objects are records; 0 outside of it. */
  private array = 0;
  private inRecord = false;
  private held: Buffer[] = [];
  private heldBytes = 0;
  private count = 0;

  /** The records that end in a chunk, numbered as lines are. */
  push(chunk: Buffer): InputLine[] {
    const records: InputLine[] = [];
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (this.inText) this.passText(byte);
      else if (byte === QUOTE) this.inText = true;
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        this.depth++;
        if (byte === OPEN_BRACKET && this.depth <= 2 && this.array === 0) this.array = this.depth;
        else if (byte === OPEN_BRACE && this.array > 0 && this.depth === this.array + 1) {
          this.inRecord = true;
          start = at;
        }
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        if (this.inRecord && this.depth === this.array + 1) {
          this.hold(chunk.subarray(start, at + 1));
          records.push(this.take());
        }
        this.depth = Math.max(0, this.depth - 1);
        if (this.depth < this.array) this.array = 0;
      }
    }
    if (this.inRecord) this.hold(chunk.subarray(start));
    return records;
  }

  /** That a record or what holds it does not end, where so. */
  end(): InputLine[] {
    return this.depth === 0 && !this.inText ? [] : [{ number: this.count + 1, text: "", problem: "cut_off" }];
  }

  private passText(byte: number): void {
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) this.inText = false;
  }

  private hold(part: Buffer): void {
    this.heldBytes += part.length;
    if (this.heldBytes > LONGEST_LINE_BYTES) this.held = [];
    else this.held.push(part);
  }

  private take(): InputLine {
    const bytes = Buffer.concat(this.held);
    const problem = this.problemOf(bytes);
    this.held = [];
    this.heldBytes = 0;
    this.inRecord = false;
    return { number: ++this.count, text: problem === null ? bytes.toString("utf8") : "", problem };
  }

  private problemOf(bytes: Buffer): InputProblem | null {
    if (this.heldBytes > LONGEST_LINE_BYTES) return "too_long";
    return isUtf8(bytes) ? null : "not_utf8";
  }
}

/** A recorded request from a line of a log, in each of the formats that replay reads. */
import type { InputLine, RequestRecord } from "../traffic/index.ts";
import {
  CLOCK_START_MICROS,
  explainCombinedLine,
  isRecordError,
  lineProblem,
  logEntryToRequest,
  parseCombinedLine,
  parseRequestLine,
} from "../traffic/index.ts";

/** `combined`: access logs of Apache and nginx, with or without their last two fields. `ndjson`: one request a line. */
export const LOG_FORMATS = ["combined", "ndjson"] as const;
/** Formats of logs that can be replayed. */
export type LogFormat = (typeof LOG_FORMATS)[number];

/** A line that can be decided, or why it cannot. Empty lines are neither (null). */
export type ReadLine = { readonly record: RequestRecord; readonly at: number } | { readonly problem: string } | null;

/** Reads the lines of one log; it keeps the time of the line before, which a line without a time has too. */
export class LogLines {
  readonly #format: LogFormat;
  readonly #clients: ReadonlySet<string>;
  #at = CLOCK_START_MICROS;

  /** @param clients - Ids of the policy's inventory: a request that names another one is a problem. */
  constructor(format: LogFormat, clients: ReadonlySet<string>) {
    this.#format = format;
    this.#clients = clients;
  }

  /** Reads the next line. Never throws. */
  read(line: InputLine): ReadLine {
    if (line.problem !== null) return { problem: lineProblem(line.problem) };
    if (line.text.trim() === "") return null;
    const record = this.parse(line.text);
    if ("problem" in record) return record;
    this.#at = record.at ?? this.#at;
    return { record, at: this.#at };
  }

  /** Reads a text again that {@link LogLines.read} took before. */
  parse(text: string): RequestRecord | { readonly problem: string } {
    if (this.#format === "combined") {
      const entry = parseCombinedLine(text);
      return entry === null ? { problem: explainCombinedLine(text) } : logEntryToRequest(entry);
    }
    const record = parseRequestLine(text, this.#clients);
    if (!isRecordError(record)) return record;
    return { problem: record.field === null ? record.error : `${record.field}: ${record.error}` };
  }
}

/** The lines of one log to requests: in the format that is named, or in the one that its first lines show. */
import {
  formatOf,
  type InputLine,
  type LineReader,
  type LineReading,
  type LogFormat,
  lineProblem,
  lineReader,
} from "../../traffic/index.ts";
import { ReplayError } from "./replay-error.ts";

/** Lines that are looked at to tell the format. */
export const DETECTION_LINES = 1_000;

/** How the lines of a log are read. */
export interface LineOptions {
  /** The log's number, from 0 on. */
  readonly log: number;
  /** Null: by the first lines of the log. */
  readonly format: LogFormat | null;
  /** Makes a reader for each log, in place of a format. */
  readonly reader: (() => LineReader) | null;
  /** Ids of the policy's inventory: a request that names another one is a problem. */
  readonly clients: ReadonlySet<string>;
}

/** Reads the lines of one log. */
export class LogLines {
  readonly #options: LineOptions;
  #reader: LineReader | null;
  #format: LogFormat | "mapped" | null;
  /** Lines that wait for the first that tells the format. */
  #waiting: InputLine[] = [];

  constructor(options: LineOptions) {
    this.#options = options;
    this.#format = options.reader === null ? options.format : "mapped";
    this.#reader = options.reader?.() ?? (options.format === null ? null : lineReader(options.format, options.clients));
  }

  /** Null until it is known, and in an empty log. */
  get format(): LogFormat | "mapped" | null {
    return this.#format;
  }

  /** Whether lines can be read. */
  get ready(): boolean {
    return this.#reader !== null;
  }

  /** Takes a line while the format is not known; returns those that can be read now that it is. */
  wait(line: InputLine): readonly InputLine[] {
    this.#waiting.push(line);
    const format = isBlank(line.text) ? null : formatOf(line.text);
    if (format === null && this.#waiting.length < DETECTION_LINES) return [];
    return this.#release(format);
  }

  /** The lines that still wait at the end. */
  end(): readonly InputLine[] {
    return this.#waiting.length === 0 ? [] : this.#release(null);
  }

  #release(format: LogFormat | null): readonly InputLine[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    const first = waiting.find(({ text, problem }) => problem !== null || !isBlank(text));
    if (format === null && first !== undefined) throw unknownFormat(this.#options.log, first, waiting.length);
    this.#format = format;
    this.#reader = lineReader(format ?? "combined", this.#options.clients);
    return waiting;
  }

  /** What a line stands for, once the format is known; null for an empty line too. Never throws. */
  read({ text, problem }: InputLine): LineReading {
    if (problem !== null) return lineProblem(problem);
    const reading = text === "" ? null : (this.#reader?.read(text) ?? null);
    return typeof reading === "string" && isBlank(text) ? null : reading;
  }

  /** What may be said besides of a line that is not in the format; empty for nothing. */
  hint({ text }: InputLine): string {
    const looksLike = text === "" || this.#options.reader !== null ? null : formatOf(text);
    return looksLike === null || looksLike === this.#format ? "" : `; it looks like \`--log-format ${looksLike}\``;
  }
}

export function isBlank(text: string): boolean {
  return text.trim() === "";
}

function unknownFormat(log: number, first: InputLine, count: number): ReplayError {
  const { number, problem } = first;
  if (problem !== null) return new ReplayError(log, number, lineProblem(problem));
  const lines = count === 1 ? "this line is not" : `none of the first ${count.toLocaleString("en-US")} lines is`;
  return new ReplayError(
    log,
    number,
    `${lines} in a format that is known`,
    "name it with --log-format, or tell with --map how lines are written",
  );
}

/** Reads recorded logs, and hands over their entries in the order of time. */
import type { Policy } from "../../engine/index.ts";
import type { Identification, InputLine, LineReader, LogFormat, RequestRecord } from "../../traffic/index.ts";
import { START_MICROS } from "../clock.ts";
import { ReplayError } from "./replay-error.ts";
import { Identified } from "./identified.ts";
import { isBlank, type LineOptions, LogLines } from "./log-lines.ts";
import { LogWatch } from "./log-facts.ts";
import { type HeldEntry, REORDER_ENTRIES, REORDER_MICROS, ReorderBuffer } from "./reorder-buffer.ts";
import type { LogFacts } from "./replay-result.ts";

/** Lines as `traffic` reads them, one by one or in batches, or plain texts, which are numbered from 1. */
type Piece = InputLine | readonly InputLine[] | string;
/** A log's lines, which may arrive over time. */
export type LogSource = AsyncIterable<Piece> | Iterable<Piece>;

/** One of several logs that are read as one. */
export interface NamedLog {
  /** For messages and the report. */
  readonly name: string;
  readonly source: LogSource;
}

/** How logs are read. */
export interface LogReading {
  /** Default: for each log the one that its first lines show. */
  readonly format?: LogFormat;
  /** Makes the reader of a log's lines, in place of a format. */
  readonly createReader?: () => LineReader;
  /** Counts and passes over lines that are no requests, instead of stopping at the first. Default false. */
  readonly skipBad?: boolean;
  /**
   * Entries held back to put them in order, up to 10,000,000; a log with no more is sorted whole. By default 65,536, and in a longer log
   * no longer than until an entry comes that is a minute later. An entry that comes too late for this is counted, and has the time of the
   * entry before it.
   */
  readonly reorderEntries?: number;
  /** Tells which client sent a request that does not say so. Default: strangers sent them. */
  readonly identification?: Identification;
}

/** Told of an entry; says whether the service would have been asked. */
export type OnEntry = (entry: HeldEntry) => boolean;

/**
 * Hands over every entry of logs that follow one another, the oldest log first, in the order of time.
 *
 * @param policies - A request may name the clients of any of them.
 * @throws {@link ReplayError} at a line that is no request (unless `skipBad`), and for a log of which no line could be read.
 */
export async function readInOrder(
  logs: readonly NamedLog[],
  policies: readonly Policy[],
  options: LogReading,
  onEntry: OnEntry,
): Promise<LogFacts> {
  const ordered = new OrderedLogs(policies, options, onEntry);
  for (const { name, source } of logs) {
    ordered.open(name);
    for await (const piece of source) ordered.take(piece);
    ordered.close();
  }
  return ordered.finish();
}

class OrderedLogs {
  readonly #options: LogReading;
  readonly #lineOptions: Omit<LineOptions, "log">;
  readonly #watch: LogWatch;
  readonly #identified: Identified | null;
  readonly #buffer: ReorderBuffer;
  readonly #onEntry: OnEntry;
  #lines: LogLines;
  #number = 0;
  /** Of the line before, which a line without a time has too. */
  #at = START_MICROS;
  #latest = Number.NEGATIVE_INFINITY;

  constructor(policies: readonly Policy[], options: LogReading, onEntry: OnEntry) {
    const reorderEntries = options.reorderEntries ?? REORDER_ENTRIES;
    const clients = new Set(policies.flatMap((policy) => policy.clients.map(({ id }) => id)));
    this.#options = options;
    this.#lineOptions = { format: options.format ?? null, reader: options.createReader ?? null, clients };
    this.#lines = new LogLines({ log: 0, ...this.#lineOptions });
    this.#watch = new LogWatch(reorderEntries);
    this.#identified = options.identification === undefined ? null : new Identified(options.identification);
    const waitMicros = options.reorderEntries === undefined ? REORDER_MICROS : Number.POSITIVE_INFINITY;
    this.#buffer = new ReorderBuffer(reorderEntries, waitMicros);
    this.#onEntry = onEntry;
  }

  /** The next log begins. */
  open(name: string): void {
    this.#watch.open(name);
    this.#lines = new LogLines({ log: this.#watch.log, ...this.#lineOptions });
    this.#number = 0;
  }

  take(piece: Piece): void {
    if (typeof piece === "string") this.#push({ number: this.#number + 1, text: piece, problem: null });
    else if ("text" in piece) this.#push(piece);
    else for (const line of piece) this.#push(line);
  }

  /** The log at hand ends. */
  close(): void {
    for (const line of this.#lines.end()) this.#read(line);
    const { format } = this.#lines;
    this.#watch.close(format);
    if (this.#watch.onlySkipped)
      throw new ReplayError(this.#watch.log, null, `no line of it is in the format ${format}`);
  }

  finish(): LogFacts {
    for (let held = this.#buffer.take(); held !== null; held = this.#buffer.take()) this.#handOver(held);
    return { ...this.#watch.finish(), identified: this.#identified?.finish() ?? null };
  }

  #push(line: InputLine): void {
    this.#number = line.number;
    this.#watch.line();
    if (this.#lines.ready) this.#read(line);
    else for (const each of this.#lines.wait(line)) this.#read(each);
  }

  /** Reads a line and holds its request. */
  #read(line: InputLine): void {
    const reading = this.#lines.read(line);
    if (reading === null) this.#watch.nothing(isBlank(line.text) ? "empty" : "other");
    else if (typeof reading === "string") this.#skip(line, reading);
    else this.#hold(reading, line.number);
  }

  #skip(line: InputLine, problem: string): void {
    if (this.#options.skipBad !== true)
      throw new ReplayError(this.#watch.log, line.number, `${problem}${this.#lines.hint(line)}`);
    this.#watch.skip(line.number, problem);
  }

  /** Holds a request, and hands over the earliest held ones that no other can come before any more. */
  #hold(record: RequestRecord, line: number): void {
    const at = record.at ?? this.#at;
    this.#at = at;
    this.#watch.entry(at);
    this.#buffer.push(at, this.#watch.log, line, record);
    while (this.#buffer.ripe) {
      const earliest = this.#buffer.take();
      if (earliest !== null) this.#handOver(earliest);
    }
  }

  #handOver(held: HeldEntry): void {
    if (held.at < this.#latest) {
      this.#watch.late(this.#latest - held.at);
      held.at = this.#latest;
    }
    this.#latest = held.at;
    this.#identified?.identify(held.record);
    this.#watch.ordered(held.at, held.record, this.#onEntry(held));
  }
}

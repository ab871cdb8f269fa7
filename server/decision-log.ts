/**
 * The decision log: one JSON object a line. Writing never delays a decision: lines wait in a bounded queue for a slow or
 * broken sink, and those that find no room are dropped and counted.
 */
import type { Writable } from "node:stream";
import { FileLog, type FileLogParts } from "./decision-log/file-log.ts";
import { Losses } from "./decision-log/losses.ts";
import type { LogConfig } from "./decision-log/options.ts";
import type { Report } from "./report.ts";

export interface DecisionLog {
  /** False where nothing is logged, so that callers need not make lines. */
  readonly enabled: boolean;
  /** Lines that found no room, or whose sink failed. */
  readonly dropped: number;
  write(line: string): void;
  /** Resolves when what waits was handed on, or after `timeoutMs`. */
  close(timeoutMs: number): Promise<void>;
}

/** A log as whoever opened it has it. */
export interface OpenedLog extends DecisionLog {
  /** Opens the file anew, which another program has moved away; what has no file has nothing to do. */
  reopen(): void;
}

/** @throws {ServerError} `log_unusable`, when the file cannot be opened. */
export async function openDecisionLog(config: LogOpening, parts: FileLogParts): Promise<OpenedLog> {
  const { sink, queueBytes } = config;
  if (sink === "off") return SILENT;
  if (typeof sink === "function") return new FunctionLog(sink);
  if (sink === "stdout") return new StreamLog(process.stdout, queueBytes, parts.report);
  return FileLog.open(sink.file, config, parts);
}

type LogOpening = Pick<LogConfig, "sink" | "queueBytes" | "rotate">;

const SILENT: OpenedLog = {
  enabled: false,
  dropped: 0,
  write: () => {},
  reopen: () => {},
  close: async () => {},
};

export class FunctionLog implements OpenedLog {
  readonly enabled = true;
  dropped = 0;
  readonly #sink: (line: string) => void;

  constructor(sink: (line: string) => void) {
    this.#sink = sink;
  }
  write(line: string): void {
    try {
      this.#sink(line);
    } catch {
      this.dropped++;
    }
  }
  reopen(): void {}
  async close(): Promise<void> {}
}

/**
 * Lines handed to a stream, in one write a turn of the event loop, while no more than `queueBytes` wait in it. A stream that failed stays
 * lost, as standard output does whose reader has gone.
 */
export class StreamLog implements OpenedLog {
  readonly enabled = true;
  readonly #stream: Writable;
  readonly #queueBytes: number;
  readonly #losses: Losses;
  #lines: string[] = [];
  #waiting = 0;
  #scheduled = false;
  #broken = false;

  /** @param stream - Stays open when the log is closed. */
  constructor(stream: Writable, queueBytes: number, report: Report) {
    this.#stream = stream;
    this.#queueBytes = queueBytes;
    this.#losses = new Losses("the decision log on standard output", report);
    stream.on("error", ({ message }) => {
      if (!this.#broken) this.#losses.fails(`${message}; decisions are no longer logged`);
      this.#broken = true;
      this.#losses.add(this.#lines.length);
      this.#lines = [];
    });
  }

  get dropped(): number {
    return this.#losses.count;
  }

  write(line: string): void {
    if (this.#broken || this.#waiting + this.#stream.writableLength + line.length > this.#queueBytes) {
      this.#losses.add(1);
      return;
    }
    this.#lines.push(line);
    this.#waiting += line.length;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  reopen(): void {}

  #flush(): void {
    this.#scheduled = false;
    if (this.#lines.length === 0) return;
    const text = `${this.#lines.join("\n")}\n`;
    this.#lines = [];
    this.#waiting = 0;
    this.#stream.write(text, (problem) => {
      if (problem === null || problem === undefined) this.#losses.caughtUp();
    });
  }

  async close(timeoutMs: number): Promise<void> {
    this.#flush();
    if (this.#broken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#stream.write("", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}

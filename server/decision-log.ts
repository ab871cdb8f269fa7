/**
 * The decision log: one JSON object a line. Writing never delays a decision: lines wait in a bounded queue for a slow or
 * broken sink, and those that find no room are dropped and counted.
 */
import { createWriteStream } from "node:fs";
import type { Writable } from "node:stream";
import { ServerError } from "./server-error.ts";
import type { LogSink } from "./config.ts";

export interface DecisionLog {
  /** False where nothing is logged, so that callers need not make lines. */
  readonly enabled: boolean;
  /** Lines that found no room, or whose sink failed. */
  readonly dropped: number;
  write(line: string): void;
  /** Resolves when what waits was handed on, or after `timeoutMs`. */
  close(timeoutMs: number): Promise<void>;
}

/** @throws {ServerError} `log_unusable`, when the file cannot be opened. */
export async function openDecisionLog(sink: LogSink, queueBytes: number): Promise<DecisionLog> {
  if (sink === "off") return SILENT;
  if (typeof sink === "function") return new FunctionLog(sink);
  if (sink === "stdout") return new StreamLog(process.stdout, queueBytes, false);
  return new StreamLog(await openFile(sink.file), queueBytes, true);
}

const SILENT: DecisionLog = {
  enabled: false,
  dropped: 0,
  write: () => {},
  close: async () => {},
};

function openFile(path: string): Promise<Writable> {
  return new Promise((resolve, reject) => {
    const stream = createWriteStream(path, { flags: "a" });
    stream.once("open", () => resolve(stream));
    stream.once("error", (problem) => {
      reject(new ServerError("log_unusable", `cannot write the decision log \`${path}\`: ${problem.message}`));
    });
  });
}

export class FunctionLog implements DecisionLog {
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
  async close(): Promise<void> {}
}

/** Lines handed to a stream, in one write a turn of the event loop, while no more than `queueBytes` wait in it. */
export class StreamLog implements DecisionLog {
  readonly enabled = true;
  dropped = 0;
  readonly #stream: Writable;
  readonly #queueBytes: number;
  readonly #owned: boolean;
  #lines: string[] = [];
  #waiting = 0;
  #scheduled = false;
  #broken = false;

  /** @param owned - Whether closing the log ends the stream. */
  constructor(stream: Writable, queueBytes: number, owned: boolean) {
    this.#stream = stream;
    this.#queueBytes = queueBytes;
    this.#owned = owned;
    stream.on("error", () => {
      this.#broken = true;
      this.dropped += this.#lines.length;
      this.#lines = [];
    });
  }

  write(line: string): void {
    if (this.#broken || this.#waiting + this.#stream.writableLength + line.length > this.#queueBytes) {
      this.dropped++;
      return;
    }
    this.#lines.push(line);
    this.#waiting += line.length;
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    if (this.#lines.length === 0) return;
    const text = `${this.#lines.join("\n")}\n`;
    this.#lines = [];
    this.#waiting = 0;
    this.#stream.write(text);
  }

  async close(timeoutMs: number): Promise<void> {
    this.#flush();
    if (this.#broken) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      const done = (): void => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#owned) this.#stream.end(done);
      else this.#stream.write("", done);
    });
  }
}

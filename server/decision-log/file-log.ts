/**
 * The decision log in a file. One write is under way at a time, with all lines that came meanwhile, so that the file has whole lines in order;
 * what a full disk did not take waits, is tried again every second, and is written from where it stopped.
 */
import { open, type FileHandle } from "node:fs/promises";
import { writeFault } from "../../traffic/index.ts";
import { messageOf, ServerError } from "../server-error.ts";
import type { OpenedLog } from "../decision-log.ts";
import { Losses } from "./losses.ts";
import { OldFiles } from "./old-files.ts";
import type { LogConfig } from "./options.ts";
import type { Report } from "../report.ts";

/** How often a file that cannot be written is tried again. */
const RETRY_MS = 1_000;
const NEWLINE = 10;
/** There is no room, now: the file itself is as good as before. */
const FULL: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** What a log in a file takes from outside. */
export interface FileLogParts {
  readonly report: Report;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: () => number;
}

export class FileLog implements OpenedLog {
  readonly enabled = true;
  readonly #path: string;
  readonly #queueBytes: number;
  readonly #rotation: LogConfig["rotate"];
  readonly #old: OldFiles | null;
  readonly #losses: Losses;
  readonly #parts: FileLogParts;
  #file: FileHandle;
  /** Bytes in the file, and when its first line came. */
  #size = 0;
  #sinceMs = 0;
  #lines: string[] = [];
  #length = 0;
  /** What is being written, or could not be; null where nothing. */
  #rest: Buffer | null = null;
  /** Whether the file ends within the line that `#rest` begins in. */
  #torn = false;
  /** Whether the file is to be opened anew before the next write. */
  #reopening = false;
  #scheduled = false;
  /** Being closed, nothing is waited for. */
  #closing = false;
  #closed = false;
  #rotateAfterMs = 0;
  #working: Promise<void> | null = null;
  #wake: () => void = () => {};

  /** @throws {ServerError} `log_unusable`, when the file cannot be opened. */
  static async open(
    path: string,
    config: Pick<LogConfig, "queueBytes" | "rotate">,
    parts: FileLogParts,
  ): Promise<FileLog> {
    try {
      const log = new FileLog(path, await openFor(path, config.rotate !== null), config, parts);
      await log.#measure();
      await log.#endLine();
      log.#old?.tidy();
      return log;
    } catch (problem) {
      const { words, remedy } = writeFault(path, problem);
      throw new ServerError("log_unusable", `cannot write the decision log \`${path}\`: ${words}`, remedy);
    }
  }

  private constructor(
    path: string,
    file: FileHandle,
    { queueBytes, rotate }: Pick<LogConfig, "queueBytes" | "rotate">,
    parts: FileLogParts,
  ) {
    this.#path = path;
    this.#file = file;
    this.#queueBytes = queueBytes;
    this.#rotation = rotate;
    this.#parts = parts;
    this.#losses = new Losses(`the decision log \`${path}\``, parts.report);
    this.#old = rotate === null ? null : new OldFiles(path, rotate, parts.report);
  }

  get dropped(): number {
    return this.#losses.count;
  }

  write(line: string): void {
    if (this.#length + (this.#rest?.length ?? 0) + line.length > this.#queueBytes) return this.#losses.add(1);
    this.#lines.push(line);
    this.#length += line.length;
    this.#schedule();
  }

  reopen(): void {
    this.#reopening = true;
    this.#wake();
    this.#schedule();
  }

  async close(timeoutMs: number): Promise<void> {
    this.#closing = true;
    this.#wake();
    this.#schedule();
    const timer = new AbortController();
    await Promise.race([this.#finish(), pause(timeoutMs, timer.signal)]);
    timer.abort();
  }

  async #finish(): Promise<void> {
    await this.#run();
    this.#closed = true;
    this.#losses.add(this.#lines.length + linesIn(this.#rest));
    await this.#old?.settled();
    await this.#file.close().catch(() => {});
  }

  /** In a turn of its own, so that a turn's lines are one write. */
  #schedule(): void {
    if (this.#scheduled || this.#working !== null) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      void this.#run();
    });
  }

  #run(): Promise<void> {
    this.#working ??= this.#work().finally(() => {
      this.#working = null;
    });
    return this.#working;
  }

  /** Writes until nothing waits. Never rejects. */
  async #work(): Promise<void> {
    while (!this.#closed && (this.#rest !== null || this.#lines.length > 0 || this.#reopening)) {
      try {
        if (this.#reopening) await this.#openAnew();
        this.#rest ??= this.#takeLines();
        if (this.#rest === null) continue;
        if (!this.#torn) await this.#rotateIfDue(this.#rest.length);
        await this.#writeRest(this.#rest);
        if (this.#lines.length === 0) this.#losses.caughtUp();
      } catch (problem) {
        this.#losses.fails(`${messageOf(problem)}; tried again every ${RETRY_MS / 1_000} s`);
        if (this.#closing) return;
        this.#reopening ||= !FULL.has(codeOf(problem));
        await this.#untilRetry();
      }
    }
  }

  #takeLines(): Buffer | null {
    if (this.#lines.length === 0) return null;
    const text = `${this.#lines.join("\n")}\n`;
    this.#lines = [];
    this.#length = 0;
    return Buffer.from(text);
  }

  async #writeRest(whole: Buffer): Promise<void> {
    for (let rest = whole; ; ) {
      const { bytesWritten } = await this.#file.write(rest);
      this.#size += bytesWritten;
      if (bytesWritten > 0) this.#torn = rest[bytesWritten - 1] !== NEWLINE;
      rest = rest.subarray(bytesWritten);
      this.#rest = rest.length === 0 ? null : rest;
      if (this.#rest === null) return;
    }
  }

  /** The file of that name, which another program may have moved away. The rest of a line goes with the file that has its beginning. */
  async #openAnew(): Promise<void> {
    this.#reopening = false;
    try {
      await this.#replaceFile();
    } catch (problem) {
      this.#reopening = true;
      throw problem;
    }
  }

  async #replaceFile(): Promise<void> {
    const [before, file] = [this.#file, await open(this.#path, "a+")];
    const moved = !(await isSame(before, file));
    this.#file = file;
    await before.close().catch(() => {});
    await this.#measure();
    if (!this.#torn || !moved) return;
    this.#torn = false;
    this.#losses.add(1);
    const end = this.#rest?.indexOf(NEWLINE) ?? -1;
    const rest = this.#rest?.subarray(end + 1);
    this.#rest = rest === undefined || rest.length === 0 ? null : rest;
  }

  async #measure(): Promise<void> {
    const { size, birthtimeMs } = await this.#file.stat();
    this.#size = size;
    this.#sinceMs = size > 0 && birthtimeMs > 0 ? birthtimeMs : this.#parts.nowMs();
  }

  /** What an earlier process left of a line ends before ours begin. */
  async #endLine(): Promise<void> {
    if (this.#size === 0) return;
    const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(1), 0, 1, this.#size - 1);
    if (bytesRead === 1 && buffer[0] !== NEWLINE) this.#rest = Buffer.of(NEWLINE);
  }

  /** A file that cannot be renamed is gone on with. */
  async #rotateIfDue(length: number): Promise<void> {
    const [rotation, old, nowMs] = [this.#rotation, this.#old, this.#parts.nowMs()];
    if (rotation === null || old === null) return;
    if (this.#size === 0) this.#sinceMs = nowMs;
    if (this.#size === 0 || nowMs < this.#rotateAfterMs) return;
    if (this.#size + length <= rotation.bytes && nowMs - this.#sinceMs < rotation.ageMs) return;
    try {
      await old.take(nowMs);
    } catch (problem) {
      // Where the file is gone already, a new one is opened all the same.
      if (codeOf(problem) !== "ENOENT") {
        this.#rotateAfterMs = nowMs + RETRY_MS;
        return old.complain(problem);
      }
    }
    await this.#openAnew();
    old.tidy();
  }

  #untilRetry(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, RETRY_MS);
      this.#wake = (): void => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

async function isSame(before: FileHandle, now: FileHandle): Promise<boolean> {
  try {
    const [{ ino, dev }, other] = await Promise.all([before.stat(), now.stat()]);
    return ino === other.ino && dev === other.dev;
  } catch {
    return false;
  }
}

function linesIn(rest: Buffer | null): number {
  let lines = 0;
  for (const byte of rest ?? []) if (byte === NEWLINE) lines++;
  return lines;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  });
}

function codeOf(problem: unknown): unknown {
  return typeof problem === "object" && problem !== null && "code" in problem ? problem.code : undefined;
}

/** Whatever is no file, such as a terminal or `/dev/null`, is written to but never renamed. */
async function openFor(path: string, rotates: boolean): Promise<FileHandle> {
  const file = await open(path, "a+");
  if (!rotates || (await file.stat()).isFile()) return file;
  await file.close();
  throw new Error("what is no file cannot be rotated");
}

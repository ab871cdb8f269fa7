/**
 * Follows a file that something else writes lines to, from its end: what is appended, a file that takes its place (rotation by
 * renaming), and one that is emptied (`copytruncate`). A file that is not there yet is waited for, and so is one in whose place is
 * something else, or that cannot be read for now.
 */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs";

/** How often it is looked whether there is more. */
const LOOK_MS = 50;
/** Bytes read at a look: a file that grows faster is read more slowly than it grows, and never held in memory. */
const BYTES_PER_LOOK = 4 * 1_048_576;
const CHUNK_BYTES = 65_536;
/** Longer lines are left out. */
const LINE_BYTES_MAX = 65_536;
const NEWLINE = 0x0a;

export class FollowedFile {
  readonly #path: string;
  readonly #onLine: (line: string) => void;
  readonly #chunk: Buffer = Buffer.alloc(CHUNK_BYTES);
  readonly #timer: NodeJS.Timeout;
  #file: number | null = null;
  #inode = 0;
  #at = 0;
  /** The beginning of a line whose end has not come yet. */
  #begun: Buffer = Buffer.alloc(0);
  /** Whether the line that has begun is too long to be kept. */
  #skipping = false;
  /** Lines left out because they were too long. */
  skipped = 0;

  /** @param onLine - Gets each line without its end. Must not throw. */
  constructor(path: string, onLine: (line: string) => void) {
    this.#path = path;
    this.#onLine = onLine;
    this.#open("at the end");
    this.#timer = setInterval(() => this.#lookSafely(), LOOK_MS);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#leave();
  }

  #open(where: "at the end" | "at the beginning"): void {
    try {
      // Opening a pipe would wait without the flag.
      this.#file = openSync(this.#path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    } catch {
      return;
    }
    const stat = fstatSync(this.#file);
    if (!stat.isFile()) return this.#leave();
    this.#inode = stat.ino;
    this.#at = where === "at the end" ? stat.size : 0;
  }

  #leave(): void {
    const file = this.#file;
    this.#file = null;
    if (file !== null) closeSync(file);
    this.#begun = Buffer.alloc(0);
    this.#skipping = false;
  }

  /** A disk that fails, or a folder that may no longer be entered, ends no server. */
  #lookSafely(): void {
    try {
      this.#look();
    } catch {
      this.#leave();
    }
  }

  #look(): void {
    if (this.#file === null) return this.#open("at the beginning");
    const drained = this.#read(this.#file);
    if (!drained) return;
    const now = statSync(this.#path, { throwIfNoEntry: false });
    if (now === undefined || now.ino === this.#inode) return;
    this.#leave();
    this.#open("at the beginning");
  }

  /** Reads what there is, up to a bound; whether that was all. */
  #read(file: number): boolean {
    if (fstatSync(file).size < this.#at) this.#restart();
    for (let read = 0; read < BYTES_PER_LOOK; ) {
      const count = readSync(file, this.#chunk, 0, CHUNK_BYTES, this.#at);
      if (count === 0) return true;
      this.#at += count;
      read += count;
      this.#take(this.#chunk.subarray(0, count));
    }
    return false;
  }

  #restart(): void {
    this.#at = 0;
    this.#begun = Buffer.alloc(0);
    this.#skipping = false;
  }

  #take(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      this.#endLine(chunk.subarray(from, end));
      from = end + 1;
    }
    this.#begin(chunk.subarray(from));
  }

  #endLine(rest: Buffer): void {
    const tooLong = this.#skipping || this.#begun.length + rest.length > LINE_BYTES_MAX;
    const line = tooLong ? "" : Buffer.concat([this.#begun, rest]).toString("utf8");
    this.#begun = Buffer.alloc(0);
    this.#skipping = false;
    if (tooLong) this.skipped++;
    else if (line.trim() !== "") this.#onLine(line);
  }

  #begin(rest: Buffer): void {
    if (this.#skipping || rest.length === 0) return;
    this.#skipping = this.#begun.length + rest.length > LINE_BYTES_MAX;
    this.#begun = this.#skipping ? Buffer.alloc(0) : Buffer.concat([this.#begun, rest]);
  }
}

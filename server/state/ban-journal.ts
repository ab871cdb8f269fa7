/**
 * Bans as they are set, one JSON line each, so that none is lost between two snapshots. A line is written at once, before the request is
 * answered; where one turn of the event loop has many, the rest are written at its end. What the process has handed to the system
 * outlives its being killed.
 *
 * While a snapshot is taken the bans go to a second file, which takes the first one's place when the snapshot is whole. Workers write to the
 * same file (`workers/worker-bans.ts`): every line is appended by one call.
 */
import {
  appendFileSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import type { BanEntry } from "../../engine/index.ts";
import { messageOf } from "../server-error.ts";

/** Bytes that a journal may have; past that, bans wait for the next snapshot. Some hundred thousand bans. */
export const JOURNAL_BYTES: number = 64 * 1024 ** 2;
const OWNER_ONLY = 0o600;
/** Bans of one turn that are written one by one; a flood of them should not take a call to the system each. */
const AT_ONCE = 8;

export class BanJournal {
  /** Why bans could not be written; empty while they are. */
  problem = "";
  readonly #path: string;
  #descriptor: number | null = null;
  #lines: string[] = [];
  #bytes = 0;
  /** Bans of this turn of the event loop. */
  #turn = 0;
  /** Whether the snapshot that the second file goes with is in its place. */
  #settled = true;
  /** What workers need to write to the same files. */
  readonly turns: JournalTurns;

  /** @param path - Of the snapshot; the journal's is made of it. */
  constructor(path: string) {
    this.#path = `${path}.bans`;
    this.turns = { path: this.#path, count: new Int32Array(new SharedArrayBuffer(4)) };
  }

  get #nextPath(): string {
    return nextJournal(this.#path);
  }

  /** Bans that were written since the snapshot, the oldest first. What is no whole line is left out: it was being written. */
  read(): readonly BanEntry[] {
    if (existsSync(this.#nextPath)) {
      // Its snapshot was not finished: they belong to the one before, and stay until the next one is whole.
      appendFileSync(this.#path, `\n${readFileSync(this.#nextPath, "utf8")}`, { mode: OWNER_ONLY });
      rmSync(this.#nextPath);
    }
    return existsSync(this.#path) ? readFileSync(this.#path, "utf8").split("\n").flatMap(parseLine) : [];
  }

  /** Forgets all: the snapshot that they go with is not used. */
  remove(): void {
    for (const path of [this.#path, this.#nextPath]) rmSync(path, { force: true });
  }

  /** Notes a ban. */
  readonly note = (ban: BanEntry): void => {
    this.#lines.push(lineOf(ban));
    if (this.#turn++ === 0) setImmediate(() => this.#endTurn());
    if (this.#turn <= AT_ONCE) this.flush();
  };

  #endTurn(): void {
    this.#turn = 0;
    this.flush();
  }

  /** Writes what was noted. */
  flush(): void {
    if (this.#lines.length === 0) return;
    const text = `${this.#lines.join("\n")}\n`;
    this.#lines = [];
    if (this.#descriptor === null || this.#bytes > JOURNAL_BYTES) return;
    this.#bytes += text.length;
    try {
      writeSync(this.#descriptor, text);
      this.problem = "";
    } catch (problem) {
      this.problem = messageOf(problem);
    }
  }

  /** A snapshot begins: bans from now on are not in it. */
  begin(): void {
    this.flush();
    this.#open(this.#nextPath);
    this.#settled = false;
    Atomics.add(this.turns.count, 0, 1);
  }

  /** The snapshot that began is whole and in its place. */
  settle(): void {
    this.flush();
    renameSync(this.#nextPath, this.#path);
    this.#settled = true;
  }

  close(): void {
    this.flush();
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #open(path: string): void {
    // Those of a snapshot that failed are in none: they stay.
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | (this.#settled ? constants.O_TRUNC : 0);
    const next = openSync(path, flags, OWNER_ONLY);
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = next;
    this.#bytes = fstatSync(next).size;
  }
}

/** The files that bans are written to, in turn. */
export interface JournalTurns {
  /** The first file; where it is not there or not the newest, {@link nextJournal} is. */
  readonly path: string;
  /** Word 0 counts the times that a new file was begun. */
  readonly count: Int32Array;
}

/** The file that bans go to while a snapshot is taken. */
export function nextJournal(path: string): string {
  return `${path}.next`;
}

/** A ban as a line, without its end. */
export function lineOf({ owner, lo, hi, untilMicros, lengthMicros }: BanEntry): string {
  return JSON.stringify([owner, lo, hi, untilMicros, lengthMicros]);
}

function parseLine(line: string): readonly BanEntry[] {
  try {
    const [owner, lo, hi, untilMicros, lengthMicros] = JSON.parse(line) as [string, number, number, number, number];
    const numbers = [lo, hi, untilMicros, lengthMicros];
    if (typeof owner !== "string" || !numbers.every(Number.isSafeInteger)) return [];
    return [{ owner, lo, hi, untilMicros, lengthMicros }];
  } catch {
    return [];
  }
}

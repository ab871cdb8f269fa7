/**
 * Bans as they are set, one JSON line each, so that none is lost between two snapshots. A line is written at once, before the request is
 * answered; where one turn of the event loop has many, the rest are written at its end. What the process has handed to the system
 * outlives its being killed.
 *
 * While a snapshot is taken the bans go to a second file, which takes the first one's place when the snapshot is whole.
 */
import { appendFileSync, closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import type { BanEntry } from "../../engine/index.ts";

/** Bytes that a journal may have; past that, bans wait for the next snapshot. Some hundred thousand bans. */
const MAX_BYTES = 64 * 1024 ** 2;
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

  /** @param path - Of the snapshot; the journal's is made of it. */
  constructor(path: string) {
    this.#path = `${path}.bans`;
  }

  get #nextPath(): string {
    return `${this.#path}.next`;
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
  readonly note = ({ owner, lo, hi, untilMicros, lengthMicros }: BanEntry): void => {
    this.#lines.push(JSON.stringify([owner, lo, hi, untilMicros, lengthMicros]));
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
    if (this.#descriptor === null || this.#bytes > MAX_BYTES) return;
    this.#bytes += text.length;
    try {
      writeSync(this.#descriptor, text);
      this.problem = "";
    } catch (problem) {
      this.problem = problem instanceof Error ? problem.message : String(problem);
    }
  }

  /** A snapshot begins: bans from now on are not in it. */
  begin(): void {
    this.flush();
    this.#open(this.#nextPath);
  }

  /** The snapshot that began is whole and in its place. */
  settle(): void {
    this.flush();
    renameSync(this.#nextPath, this.#path);
  }

  close(): void {
    this.flush();
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #open(path: string): void {
    const next = openSync(path, "w", OWNER_ONLY);
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = next;
    this.#bytes = 0;
  }
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

/**
 * The bans of a worker, appended to the journal that the main thread begins anew with every snapshot (`state/ban-journal.ts`). A ban is noted
 * while the worker is alone with the state, so it is in the snapshot that was begun before, or in the journal that was begun with it.
 */
import { closeSync, constants, fstatSync, openSync, writeSync } from "node:fs";
import type { BanEntry } from "../../engine/index.ts";
import { JOURNAL_BYTES, type JournalTurns, lineOf, nextJournal } from "../state/ban-journal.ts";
import type { Report } from "../report.ts";
import { messageOf } from "../server-error.ts";

/** Bans of one turn that are written one by one; a flood of them should not take a call to the system each. */
const AT_ONCE = 8;

export class WorkerBans {
  readonly #turns: JournalTurns;
  readonly #bytesMax: number;
  readonly #report: Report;
  #descriptor: number | null = null;
  /** The journal that is open, by its number. */
  #opened = -1;
  #bytes = 0;
  #lines: string[] = [];
  #inTurn = 0;
  #problem = "";

  /** @param workers - Among how many the journal's bytes are divided. */
  constructor(turns: JournalTurns, workers: number, report: Report) {
    this.#turns = turns;
    this.#bytesMax = JOURNAL_BYTES / workers;
    this.#report = report;
  }

  /** Notes a ban. */
  readonly note = (ban: BanEntry): void => {
    this.#lines.push(lineOf(ban));
    if (this.#inTurn++ === 0) setImmediate(() => this.#endTurn());
    if (this.#inTurn <= AT_ONCE) this.flush();
  };

  #endTurn(): void {
    this.#inTurn = 0;
    this.flush();
  }

  /** Writes what was noted. */
  flush(): void {
    if (this.#lines.length === 0) return;
    const text = `${this.#lines.join("\n")}\n`;
    this.#lines = [];
    try {
      this.#openNewest();
      this.#bytes += text.length;
      if (this.#descriptor !== null && this.#bytes <= this.#bytesMax) writeSync(this.#descriptor, text);
      this.#problem = "";
    } catch (problem) {
      this.#tell(messageOf(problem));
    }
  }

  close(): void {
    this.flush();
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  /** Says a problem when it comes up and not at every ban. */
  #tell(problem: string): void {
    if (problem !== this.#problem) this.#report(`bans cannot be noted: ${problem}`, "bans.failing");
    this.#problem = problem;
  }

  #openNewest(): void {
    for (let turn = this.#turn; turn !== this.#opened; turn = this.#turn) {
      const descriptor = openIfThere(nextJournal(this.#turns.path)) ?? openIfThere(this.#turns.path);
      if (descriptor === null) throw new Error(`there is no ${this.#turns.path}`);
      if (this.#descriptor !== null) closeSync(this.#descriptor);
      this.#descriptor = descriptor;
      this.#opened = turn;
      // It may be one that goes on, because the snapshot that it was begun with has failed.
      this.#bytes = (fstatSync(descriptor).size * this.#bytesMax) / JOURNAL_BYTES;
    }
  }

  get #turn(): number {
    return Atomics.load(this.#turns.count, 0);
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_APPEND);
  } catch (problem) {
    if ((problem as { readonly code?: unknown }).code === "ENOENT") return null;
    throw problem;
  }
}

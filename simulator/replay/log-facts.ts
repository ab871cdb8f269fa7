/** What a log says about itself: how long it is, what it leaves out, and what its times are worth. */
import type { RequestRecord } from "../../traffic/index.ts";
import type { LogFacts, LogFile, SkippedLine } from "./replay-result.ts";

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const MINUTES = 60;
/** Reasons for skipping a line that are told apart. */
const MOST_REASONS = 10;
/** Statuses by which a service, or what stands before it, refuses a caller. */
const FORBIDDEN = 403;
const TOO_MANY_REQUESTS = 429;

/** A log under count. */
interface CountedLog {
  readonly name: string;
  format: string | null;
  lines: number;
  entries: number;
}

/** Lines of the log at hand that are no requests. */
interface Passed {
  skipped: number;
  other: number;
}

/** Watches logs go by, first in the order of the files, then in the order of time. */
export class LogWatch {
  readonly #reorderEntries: number;
  readonly #files: CountedLog[] = [];
  /** By the kind of reason. */
  readonly #skippedFor = new Map<string, SkippedLine>();
  readonly #minutes = new Uint8Array(MINUTES);
  #file: CountedLog = { name: "", format: null, lines: 0, entries: 0 };
  #passed: Passed = { skipped: 0, other: 0 };
  #entries = 0;
  #empty = 0;
  #other = 0;
  #skipped = 0;
  #wentBack = 0;
  #previous = Number.NEGATIVE_INFINITY;
  #from: number | null = null;
  #to: number | null = null;
  #hours = 0;
  #lastHour = -1;
  #inSecond = 0;
  #lastSecond = -1;
  #mostInOneSecond = 0;
  #late = 0;
  #mostLate = 0;
  #unanswered = 0;
  #refusedThen = 0;
  #refusedThenPass = 0;

  constructor(reorderEntries: number) {
    this.#reorderEntries = reorderEntries;
  }

  /** The next log begins. */
  open(name: string): void {
    this.#file = { name, format: null, lines: 0, entries: 0 };
    this.#passed = { skipped: 0, other: 0 };
    this.#files.push(this.#file);
  }

  /** The log at hand ends. */
  close(format: string | null): void {
    this.#file.format = format;
  }

  /** The number of the log at hand, from 0 on. */
  get log(): number {
    return this.#files.length - 1;
  }

  /** Whether the log at hand had lines of which none could be read. */
  get onlySkipped(): boolean {
    return this.#file.entries === 0 && this.#passed.skipped > 0 && this.#passed.other === 0;
  }

  /** A line as the file holds it. */
  line(): void {
    this.#file.lines++;
  }

  nothing(kind: "empty" | "other"): void {
    if (kind === "empty") this.#empty++;
    else {
      this.#other++;
      this.#passed.other++;
    }
  }

  skip(line: number, problem: string): void {
    this.#skipped++;
    this.#passed.skipped++;
    const kind = problem.split(":", 1)[0] ?? "";
    const first = this.#skippedFor.get(kind);
    if (first !== undefined) this.#skippedFor.set(kind, { ...first, lines: first.lines + 1 });
    else if (this.#skippedFor.size < MOST_REASONS)
      this.#skippedFor.set(kind, { log: this.log, line, problem, lines: 1 });
  }

  /** An entry, in the order of the file. */
  entry(at: number): void {
    this.#file.entries++;
    this.#entries++;
    // Lines of one second follow one another, and a remainder of a time takes longer than the rest of this.
    if (at === this.#previous) return;
    if (at < this.#previous) this.#wentBack++;
    this.#previous = at;
    this.#minutes[Math.floor((at % HOUR) / MINUTE)] = 1;
  }

  /** An entry, in the order of time, and whether it passes. */
  ordered(at: number, { response }: RequestRecord, passes: boolean): void {
    if (at === this.#to) this.#inSecond++;
    else this.#turnTo(at);
    this.#mostInOneSecond = Math.max(this.#mostInOneSecond, this.#inSecond);
    if (response === null) this.#unanswered++;
    else if (response.outcome.status === FORBIDDEN || response.outcome.status === TOO_MANY_REQUESTS) {
      this.#refusedThen++;
      if (passes) this.#refusedThenPass++;
    }
  }

  /** Time moves on. */
  #turnTo(at: number): void {
    this.#from ??= at;
    this.#to = at;
    const hour = Math.floor(at / HOUR);
    if (hour !== this.#lastHour) this.#hours++;
    this.#lastHour = hour;
    const second = Math.floor(at / SECOND);
    this.#inSecond = second === this.#lastSecond ? this.#inSecond + 1 : 1;
    this.#lastSecond = second;
  }

  /** An entry that came when later ones had been decided, by how much. */
  late(byMicros: number): void {
    this.#late++;
    this.#mostLate = Math.max(this.#mostLate, byMicros);
  }

  finish(): Omit<LogFacts, "identified"> {
    const files: readonly LogFile[] = this.#files;
    return {
      files,
      lines: files.reduce((sum, { lines }) => sum + lines, 0),
      entries: this.#entries,
      emptyLines: this.#empty,
      otherLines: this.#other,
      skipped: this.#skipped,
      firstSkipped: [...this.#skippedFor.values()],
      from: this.#from,
      to: this.#to,
      wentBack: this.#wentBack,
      reorderEntries: this.#reorderEntries,
      late: this.#late,
      mostLate: this.#mostLate,
      minutesOfHour: this.#minutes.reduce((sum, seen) => sum + seen, 0),
      hours: this.#hours,
      mostInOneSecond: this.#mostInOneSecond,
      unanswered: this.#unanswered,
      refusedThen: this.#refusedThen,
      refusedThenPass: this.#refusedThenPass,
    };
  }
}

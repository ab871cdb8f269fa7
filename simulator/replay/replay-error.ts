/** A log that cannot be replayed as it stands. */

/** Says which line of a log cannot be replayed, why, and how to put it right. */
export class ReplayError extends Error {
  override readonly name: string = "ReplayError";
  /** Counted from 1; null where the log as a whole is meant. */
  readonly line: number | null;

  /** Why, without the place. */
  readonly reason: string;
  /** Of which log, counted from 0 as they were given. */
  readonly log: number;
  /** What to do, where it is this and nothing else; null otherwise. */
  readonly remedy: string | null;

  constructor(log: number, line: number | null, reason: string, remedy: string | null = null) {
    const whole = remedy === null ? reason : `${reason}; ${remedy}`;
    super(line === null ? whole : `line ${line}: ${whole}`);
    this.log = log;
    this.line = line;
    this.reason = reason;
    this.remedy = remedy;
  }
}

/** A log that cannot be replayed as it stands. */

/** Says which line of a log cannot be replayed, why, and how to put it right. */
export class ReplayError extends Error {
  override readonly name: string = "ReplayError";
  /** Counted from 1; null where the log as a whole is meant. */
  readonly line: number | null;

  constructor(line: number | null, message: string) {
    super(line === null ? message : `line ${line}: ${message}`);
    this.line = line;
  }
}

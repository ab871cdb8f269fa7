/** A sweep that cannot be done as it is asked for. */
export class SweepError extends Error {
  /** What to do about it; empty if the message says all. */
  readonly help: string;

  constructor(message: string, help = "") {
    super(message);
    this.name = "SweepError";
    this.help = help;
  }
}

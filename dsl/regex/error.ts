/** The first problem of a pattern, with offsets into it. Thrown where it is found and caught where the token is read. */
export class PatternError extends Error {
  readonly code: string;
  readonly help: string;
  readonly start: number;
  readonly end: number;

  constructor(code: string, message: string, help: string, start: number, end: number) {
    super(message);
    this.code = code;
    this.help = help;
    this.start = start;
    this.end = end;
  }
}

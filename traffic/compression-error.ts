/** Why the content of a compressed stream could not be had. */
export class CompressionError extends Error {
  override readonly name: string = "CompressionError";
  /** Whether what was there is sound, and the end is missing. */
  readonly cutOff: boolean;

  constructor(cutOff: boolean, message: string) {
    super(message);
    this.cutOff = cutOff;
  }

  /** What a reader of Node's threw, as such an error; anything else as it is. */
  static of(problem: unknown): unknown {
    const code = problem instanceof Error && "code" in problem ? String(problem.code) : "";
    if (!/^Z(?:STD)?_/.test(code)) return problem;
    return new CompressionError(code === "Z_BUF_ERROR", problem instanceof Error ? problem.message : code);
  }
}

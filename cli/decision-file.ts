/** Decisions written to a file while a simulation runs: in pieces and without waiting, because a simulation does not wait either. */
import { closeSync, openSync, writeSync } from "node:fs";
import { fileProblem, writeProblem } from "./problem.ts";

export class DecisionFile {
  private readonly path: string;
  private readonly descriptor: number;

  /**
   * Creates the file, or empties it.
   *
   * @throws A `CliProblem` if that cannot be done; so do the other methods.
   */
  constructor(path: string) {
    this.path = path;
    try {
      this.descriptor = openSync(path, "w");
    } catch (problem) {
      throw writeProblem(path, problem);
    }
  }

  /** Writes text of whole lines. */
  write(text: string): void {
    const bytes = Buffer.from(text);
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.descriptor, bytes, done);
    } catch (problem) {
      throw fileProblem(this.path, problem);
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

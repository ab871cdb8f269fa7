/** Decisions written to a file while a simulation runs: in pieces and without waiting, because a simulation does not wait either. */
import { closeSync, openSync, writeSync } from "node:fs";
import { fileProblem } from "./problem.ts";

/** Characters written at once. */
const PIECE = 262_144;

export class DecisionFile {
  private readonly path: string;
  private readonly descriptor: number;
  private text = "";

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
      throw fileProblem(path, problem);
    }
  }

  /** @param line - Without its newline. */
  add(line: string): void {
    this.text += `${line}\n`;
    if (this.text.length >= PIECE) this.flush();
  }

  close(): void {
    try {
      this.flush();
    } finally {
      closeSync(this.descriptor);
    }
  }

  private flush(): void {
    const bytes = Buffer.from(this.text);
    this.text = "";
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.descriptor, bytes, done);
    } catch (problem) {
      throw fileProblem(this.path, problem);
    }
  }
}

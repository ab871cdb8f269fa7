/** A page written when all is run. That it can be is looked at before, so that nobody waits for a run whose result has no place. */
import { accessSync, constants, existsSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { CliProblem, fileProblem, writeProblem } from "./problem.ts";

export class ReportFile {
  readonly path: string;

  /** @throws A `CliProblem` if the file cannot be written; so does `write`. */
  constructor(path: string) {
    this.path = path;
    const written = existsSync(path) ? path : dirname(path);
    try {
      accessSync(written, constants.W_OK);
    } catch (problem) {
      throw existsSync(written) ? fileProblem(written, problem) : writeProblem(path, problem);
    }
    if (existsSync(path) && statSync(path).isDirectory()) {
      throw new CliProblem(`${path} is a directory`, "--report names the file to write, such as report.html");
    }
  }

  write(page: string): void {
    try {
      writeFileSync(this.path, page);
    } catch (problem) {
      throw fileProblem(this.path, problem);
    }
  }
}

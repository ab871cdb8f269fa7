/** Why a command could not do its work, for people: one sentence, and what to do. */
import { systemFault, writeFault } from "../traffic/index.ts";

/** Exit statuses of every command. */
export const EXIT = { fine: 0, no: 1, cannot: 2 } as const;

export class CliProblem extends Error {
  /** What to do about it; empty if the message says all. */
  readonly help: string;
  /** Exit status: 2 unless the answer is no. */
  readonly status: number;

  constructor(message: string, help = "", status: number = EXIT.cannot) {
    super(message);
    this.name = "CliProblem";
    this.help = help;
    this.status = status;
  }
}

/** A problem as it is printed. */
export function problemText({ message, help }: CliProblem): string {
  const title = message.startsWith("edgepolicy ") ? message : `edgepolicy: ${message}`;
  return `${title}\n${help === "" ? "" : `  ${help}\n`}`;
}

/** Why a file could not be opened or read, from the system's error. */
export function fileProblem(path: string, problem: unknown): CliProblem {
  const { words, remedy } = systemFault(problem);
  return new CliProblem(`${path}: ${words}`, remedy);
}

/** Why a file could not be written. */
export function writeProblem(path: string, problem: unknown): CliProblem {
  const { words, remedy } = writeFault(path, problem);
  return new CliProblem(`${path}: ${words}`, remedy);
}

/** Why a command could not do its work, for people: one sentence, and what to do. */

import { dirname } from "node:path";

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

/** Why a file could not be opened, read or written, from the system's error. */
export function fileProblem(path: string, problem: unknown): CliProblem {
  const code = problem instanceof Error && "code" in problem ? String(problem.code) : "";
  const said = SYSTEM_WORDS[code] ?? (problem instanceof Error ? problem.message : String(problem));
  return new CliProblem(`${path}: ${said}`, SYSTEM_REMEDIES[code] ?? "");
}

/** As {@link fileProblem}, of a file that is to be written: what is not there is its folder. */
export function writeProblem(path: string, problem: unknown): CliProblem {
  const isMissing = problem instanceof Error && "code" in problem && problem.code === "ENOENT";
  if (!isMissing) return fileProblem(path, problem);
  return new CliProblem(`${path}: there is no folder \`${dirname(path)}\``, "make it, or name another place");
}

const SYSTEM_WORDS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  ENOTDIR: "a part of the path is not a folder",
  EISDIR: "it is a directory",
  EEXIST: "there is a file where a folder or a new file has to be",
  EACCES: "the system does not permit it",
  EPERM: "the system does not permit it",
  ENOSPC: "the disk is full",
  EROFS: "the file system is read-only",
  ELOOP: "links lead round in a circle",
};

const SYSTEM_REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: "check the spelling and the folder you are in",
  ENOTDIR: "check the spelling and the folder you are in",
  EISDIR: "name a file in it",
  EEXIST: "name another place",
  EACCES: "check the file's owner and mode",
  EPERM: "check the file's owner and mode",
  ENOSPC: "make room, or name another place",
  EROFS: "name another place",
  ELOOP: "mend the links, or name the file itself",
};

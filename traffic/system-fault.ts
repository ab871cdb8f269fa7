/** What the system says of a file that cannot be opened, read or written, in words, and what to do about it. */
import { dirname } from "node:path";

export interface SystemFault {
  /** What is the matter, as goes on after the file's name and a colon. */
  readonly words: string;
  /** What to do; empty where that is not known. */
  readonly remedy: string;
}

/** Of a file that is read. */
export function systemFault(problem: unknown): SystemFault {
  const code = codeOf(problem);
  return {
    words: WORDS[code] ?? (problem instanceof Error ? problem.message : String(problem)),
    remedy: REMEDIES[code] ?? "",
  };
}

/** Of the file `path` that is to be written: what is not there is its folder. */
export function writeFault(path: string, problem: unknown): SystemFault {
  if (codeOf(problem) !== "ENOENT") return systemFault(problem);
  return { words: `there is no folder \`${dirname(path)}\``, remedy: "make it, or name another place" };
}

function codeOf(problem: unknown): string {
  return problem instanceof Error && "code" in problem ? String(problem.code) : "";
}

const WORDS: Readonly<Record<string, string>> = {
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

const REMEDIES: Readonly<Record<string, string>> = {
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

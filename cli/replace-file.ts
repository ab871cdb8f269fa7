/** Rewriting a file that somebody keeps. */
import { randomBytes } from "node:crypto";
import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { fileProblem, writeProblem } from "./problem.ts";

/**
 * Writes aside and renames, so that a full disk or a killed process leaves the old text whole. Links stay links.
 *
 * @throws {@link CliProblem} if the file cannot be written.
 */
export function replaceFile(file: string, text: string): void {
  try {
    const target = realpathSync(file);
    writeAside(target, text, statSync(target).mode);
  } catch (problem) {
    throw fileProblem(file, problem);
  }
}

/**
 * As {@link replaceFile}, of a file that may not be there yet. It is readable by its owner alone: it may hold hashes of credentials.
 * What is no file, such as `/dev/null` or a pipe, is written to: a renamed file would take its place for every other program.
 *
 * @throws {@link CliProblem} if the file cannot be written.
 */
export function writeNewFile(file: string, bytes: Uint8Array): void {
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) writeAside(file, bytes, OWNER_ONLY);
    else if (found.isFile()) writeAside(realpathSync(file), bytes, OWNER_ONLY);
    else writeFileSync(file, bytes);
  } catch (problem) {
    throw writeProblem(file, problem);
  }
}

const OWNER_ONLY = 0o600;

function writeAside(target: string, content: string | Uint8Array, mode: number): void {
  const aside = `${target}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    writeFileSync(aside, content, { mode });
    renameSync(aside, target);
  } finally {
    rmSync(aside, { force: true });
  }
}

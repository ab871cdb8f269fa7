/** Rewriting a file that somebody keeps. */
import { randomBytes } from "node:crypto";
import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { fileProblem } from "./problem.ts";

/**
 * Writes aside and renames, so that a full disk or a killed process leaves the old text whole. Links stay links.
 *
 * @throws {@link CliProblem} if the file cannot be written.
 */
export function replaceFile(file: string, text: string): void {
  try {
    const target = realpathSync(file);
    const aside = `${target}.${randomBytes(4).toString("hex")}.tmp`;
    try {
      writeFileSync(aside, text, { mode: statSync(target).mode });
      renameSync(aside, target);
    } finally {
      rmSync(aside, { force: true });
    }
  } catch (problem) {
    throw fileProblem(file, problem);
  }
}

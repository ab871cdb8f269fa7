/** Access logs that are followed for outcomes, checked before one is opened. */
import { statSync } from "node:fs";
import { invalidOption } from "../server-error.ts";

/**
 * @param paths - Of logs that are there, or will be.
 * @throws {ServerError} `option_invalid` where one is a folder, a device or a pipe.
 */
export function readOutcomesFrom(paths: readonly string[] = []): readonly string[] {
  const other = paths.find((path) => !mayBeFile(path));
  if (other === undefined) return paths;
  const help = "name an access log; one that is not there yet is waited for";
  throw invalidOption("outcomesFrom", `\`${other}\` is not a file that can be read`, help);
}

function mayBeFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() !== false;
  } catch {
    return false;
  }
}

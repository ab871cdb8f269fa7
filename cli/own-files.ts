/** Files that were read, which no output may take the place of. */
import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { CliProblem } from "./problem.ts";

/**
 * Refuses names of outputs that are a mistake.
 *
 * @param option - The output's option, as it is written.
 * @param inputs - Files that were read, which must stay as they are.
 * @throws {@link CliProblem} where `path` is one of them, also by a link, and where it is `-`, which elsewhere is a stream.
 */
export function refuseOverwriting(option: string, path: string, inputs: readonly string[]): void {
  if (path === "-")
    throw new CliProblem(
      `${option} -: it writes a file, and that is no name of one`,
      "name a file: /dev/stdout is standard output",
    );
  const real = realPath(path);
  if (!inputs.some((input) => realPath(input) === real)) return;
  throw new CliProblem(`${option} ${path} would overwrite a file of the policy`, "name another file to write");
}

/** Where a path leads by links, as far as it exists. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(resolve(path));
    return parent === resolve(path) ? parent : join(realPath(parent), basename(path));
  }
}

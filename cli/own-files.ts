/** Files that were read, which no output may take the place of. */
import { realPath } from "../traffic/index.ts";
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
  throw new CliProblem(`${option} ${path} would overwrite a file that was read`, "name another file to write");
}

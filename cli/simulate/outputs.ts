/** The files that `simulate` writes beside what it prints. */
import { realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { DecisionFile } from "../decision-file.ts";
import type { Arguments } from "../options.ts";
import { CliProblem } from "../problem.ts";
import { ReportFile } from "../report-file.ts";

export interface Outputs {
  readonly decisions: DecisionFile | null;
  readonly report: ReportFile | null;
}

/**
 * Opens what `--decisions` and `--report` name.
 *
 * @param inputs - Files that were read, which must stay as they are.
 * @throws {@link CliProblem} where one cannot be written, is an input, or is named twice. No file has been touched then.
 */
export function openOutputs(args: Arguments, inputs: readonly string[]): Outputs {
  const read = new Set(inputs.map(realPath));
  const [decisions, report] = [args.text("decisions"), args.text("report")];
  for (const [name, path] of [
    ["decisions", decisions],
    ["report", report],
  ] as const) {
    if (path !== null && read.has(realPath(path)))
      throw new CliProblem(`--${name} ${path} would overwrite a file of the policy`, "name another file to write");
  }
  if (decisions !== null && report !== null && realPath(decisions) === realPath(report))
    throw new CliProblem(`--decisions and --report both write ${report}`, "name two files");
  // The page first: it is only looked at, while opening a file of decisions empties it.
  const page = report === null ? null : new ReportFile(report);
  return { report: page, decisions: decisions === null ? null : new DecisionFile(decisions) };
}

/** Where a path leads by links, as far as it exists. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(resolve(path));
    return parent === resolve(path) ? parent : join(realPath(parent), basename(path));
  }
}

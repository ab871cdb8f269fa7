/** The files that `simulate` writes beside what it prints. */
import { DecisionFile } from "../decision-file.ts";
import type { Arguments } from "../options.ts";
import { realPath } from "../../traffic/index.ts";
import { refuseOverwriting } from "../own-files.ts";
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
  const [decisions, report] = [args.text("decisions"), args.text("report")];
  if (decisions !== null) refuseOverwriting("--decisions", decisions, inputs);
  if (report !== null) refuseOverwriting("--report", report, inputs);
  if (decisions !== null && report !== null && realPath(decisions) === realPath(report))
    throw new CliProblem(`--decisions and --report both write ${report}`, "name two files");
  // The page first: it is only looked at, while opening a file of decisions empties it.
  const page = report === null ? null : new ReportFile(report);
  return { report: page, decisions: decisions === null ? null : new DecisionFile(decisions) };
}

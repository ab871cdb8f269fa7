/** Options of `simulate` that go with one way of using it only: said, because one that is ignored looks as if it were heeded. */
import type { Arguments } from "../options.ts";
import { CliProblem } from "../problem.ts";

const OF_LOGS = ["log-format", "map", "identify", "skip-bad"];
const BESIDE_MINIMIZE = ["decisions", "report", "against"];

/** @throws {@link CliProblem} for the first option that would change nothing. */
export function refuseIdleOptions(args: Arguments): void {
  const ofLogs = OF_LOGS.find((name) => args.has(name));
  if (ofLogs !== undefined && !args.has("fit")) throw new CliProblem(`--${ofLogs} goes with --fit`);
  if (args.has("budget") && !args.has("suggest")) throw new CliProblem("--budget goes with --suggest");
  if (!args.has("minimize")) return;
  const beside = BESIDE_MINIMIZE.find((name) => args.has(name));
  if (beside !== undefined)
    throw new CliProblem(`--minimize prints tests alone, so --${beside} means nothing beside it`, "leave one out");
  if (args.text("format") === "junit")
    throw new CliProblem("--minimize has no --format junit", "--format text and json are what it prints");
}

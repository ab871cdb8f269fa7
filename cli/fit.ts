/** `edgepolicy simulate --fit LOG`: recorded traffic as populations of a scenario. */
import type { Policy } from "../engine/index.ts";
import { type FittedTraffic, fitJson, fitLogs, fitText, formatCount } from "../simulator/index.ts";
import { openLogs } from "./input.ts";
import type { CliIo } from "./io.ts";
import { readLogOptions, withLogProblems } from "./log-options.ts";
import type { Arguments } from "./options.ts";
import { CliProblem, EXIT } from "./problem.ts";

/** Options that say what is run, and mean nothing here. */
const OF_RUNS = [
  "scenario",
  "seed",
  "seeds",
  "workers",
  "decisions",
  "report",
  "against",
  "price",
  "minimize",
  "sweep",
  "suggest",
  "budget",
];

/** Prints the scenario. @returns The exit status. */
export async function fit(file: string, policy: Policy, args: Arguments, io: CliIo): Promise<number> {
  const other = OF_RUNS.find((name) => args.has(name));
  if (other !== undefined)
    throw new CliProblem(`--fit runs nothing, so --${other} means nothing beside it`, "leave it out");
  if (args.text("format") === "junit")
    throw new CliProblem("--fit has no --format junit", "--format text and json are what it prints");
  const paths = args.texts("fit");
  const logs = openLogs(paths, io);
  const fitted = await withLogProblems(logs, args, () => fitLogs(policy, logs, readLogOptions(args, [policy])));
  const problem = unfit(fitted, file);
  if (problem !== null) throw new CliProblem(`${paths.join(", ")}: ${problem.why}`, problem.help);
  await io.stdout(args.json() ? `${JSON.stringify(fitJson(fitted, policy))}\n` : fitText(fitted, policy));
  return EXIT.fine;
}

/** Why no population can be told from a log, and what to do; null where some can. */
function unfit(
  { populations, requests, strangers, fromMicros, toMicros }: FittedTraffic,
  file: string,
): { readonly why: string; readonly help: string } | null {
  if (requests === 0) return { why: "no request", help: "name a log that has some" };
  if (populations.length === 0) {
    const whose = strangers === requests ? `that ${file} has in its inventory` : `on a route that ${file} has`;
    const help = "--identify tells which client sent a request; a population is of clients of the inventory";
    return { why: `no request of a client ${whose}`, help };
  }
  if (fromMicros < toMicros) return null;
  const all = requests === 1 ? "it has one request" : `all ${formatCount(requests)} requests are of one moment`;
  return { why: `${all}, so no rate can be told`, help: "name a log of a longer time" };
}

/** Two policies loaded, compared and reported. */
import {
  diffJson,
  diffLog,
  type DiffReportOptions,
  type DiffResult,
  diffScenario,
  renderDiff,
  renderDiffMarkdown,
  ScenarioError,
  unpairedRequests,
} from "../../simulator/index.ts";
import { openLogs } from "../input.ts";
import { type CliIo, colorOnStdout } from "../io.ts";
import { readLogOptions, withLogProblems } from "../log-options.ts";
import type { Arguments } from "../options.ts";
import { type GoodPolicy, loadToRun } from "../policy-file.ts";
import { CliProblem } from "../problem.ts";
import { Progress } from "../progress.ts";
import { chosenSeeds, findScenario, readSeedChoice } from "../scenarios.ts";
import { shellLine } from "../shell-line.ts";
import { exitStatus, type FailOn } from "./exit-status.ts";

/** A policy and where it was read. */
interface Side extends GoodPolicy {
  readonly file: string;
}

/** Both sides, and what they are compared on. */
interface Comparison {
  readonly old: Side;
  readonly new: Side;
  readonly args: Arguments;
}

/**
 * Runs `edgepolicy diff`.
 *
 * @returns The exit status.
 * @throws {@link CliProblem} with status 2 where it could not run.
 */
export async function compare(args: Arguments, io: CliIo): Promise<number> {
  const [oldFile = "", newFile = ""] = args.exactly("OLD", "NEW");
  checkOptions(args);
  const comparison = { old: loadSide(oldFile, io), new: loadSide(newFile, io), args };
  const result = args.has("log") ? await onLog(comparison, io) : await inScenario(comparison, io);
  await io.stdout(render(result, comparison, io));
  return exitStatus(result, (args.text("fail-on") ?? "change") as FailOn);
}

const OF_LOGS = ["log-format", "map", "identify", "skip-bad"];
const OF_SCENARIOS = ["scenario-from", "seed", "seeds"];

function checkOptions(args: Arguments): void {
  const [log, scenario] = [args.has("log"), args.has("scenario")];
  if (log && scenario) throw new CliProblem("--log and --scenario are two comparisons", "run one after the other");
  if (!log && !scenario)
    throw new CliProblem(
      "--log or --scenario is missing",
      "name recorded traffic with --log, or a scenario of NEW with --scenario",
    );
  const stray = (log ? OF_SCENARIOS : OF_LOGS).find((name) => args.has(name));
  if (stray !== undefined) throw new CliProblem(`--${stray} goes with ${log ? "--scenario" : "--log"}`);
}

function loadSide(file: string, io: CliIo): Side {
  return { ...loadToRun(file, io), file };
}

async function onLog({ old, new: now, args }: Comparison, io: CliIo): Promise<DiffResult> {
  const log = args.text("log") ?? "";
  const logs = openLogs([log], io);
  const reopen = log === "-" ? {} : { reopen: () => openLogs([log], io) };
  const options = { ...readLogOptions(args, [old.policy, now.policy]), ...reopen };
  const result = await withLogProblems(logs, args, () => diffLog(old, now, logs, options));
  return orNothing(result, `${logs[0]?.name ?? log} holds no request`);
}

/**
 * Two policies are the same on nothing: a job whose log came out empty would pass each change.
 *
 * @throws {@link CliProblem} with `why` where nothing was compared.
 */
function orNothing(result: DiffResult, why: string): DiffResult {
  if (result.verdicts.requests + unpairedRequests(result) > 0) return result;
  throw new CliProblem(why, "nothing was compared");
}

async function inScenario({ old, new: now, args }: Comparison, io: CliIo): Promise<DiffResult> {
  const scenarioFrom = args.text("scenario-from") === "old" ? "old" : "new";
  const { file, scenarios } = scenarioFrom === "old" ? old : now;
  const scenario = findScenario(file, scenarios, args.text("scenario") ?? "");
  const seeds = chosenSeeds(scenario, readSeedChoice(args));
  const progress = new Progress(scenario.name, seeds.length, io);
  try {
    const options = { seeds, scenarioFrom, onSeed: (done: number) => progress.look(done) } as const;
    return orNothing(await diffScenario(old, now, scenario, options), `scenario \`${scenario.name}\` sends no request`);
  } catch (problem) {
    if (!(problem instanceof ScenarioError)) throw problem;
    throw new CliProblem(`scenario \`${scenario.name}\`: ${problem.message}`);
  } finally {
    progress.clear();
  }
}

function render(result: DiffResult, { old, new: now, args }: Comparison, io: CliIo): string {
  const log = args.text("log");
  const options: DiffReportOptions = {
    old,
    new: now,
    logName: log === "-" ? "standard input" : (log ?? ""),
    command: commandOf(result, args),
    color: colorOnStdout(io),
  };
  switch (args.text("format")) {
    case "json":
      return `${JSON.stringify(diffJson(result, options))}\n`;
    case "markdown":
      return renderDiffMarkdown(result, options);
    default:
      return renderDiff(result, options);
  }
}

/** The command line that gives the same again. */
function commandOf(result: DiffResult, args: Arguments): string {
  const traffic =
    result.kind === "first-order"
      ? ["--log", args.text("log") ?? "", ...OF_LOGS.flatMap((name) => given(args, name))]
      : ["--scenario", result.scenario, ...given(args, "scenario-from"), ...seedWords(result.seeds)];
  return shellLine(["edgepolicy", "diff", ...args.positionals, ...traffic]);
}

function given(args: Arguments, name: string): readonly string[] {
  const value = args.text(name);
  return value === null ? [] : [`--${name}`, value].filter((word) => word !== "");
}

function seedWords(seeds: readonly number[]): readonly string[] {
  return ["--seed", `${seeds[0] ?? 1}`, ...(seeds.length > 1 ? ["--seeds", `${seeds.length}`] : [])];
}

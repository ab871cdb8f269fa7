/** `edgepolicy simulate`: attacks and honest traffic against the policy, on a virtual clock. */
import type { Scenario } from "../../dsl/index.ts";
import type { Policy } from "../../engine/index.ts";
import {
  type AttackPrices,
  htmlReport,
  type ReportedScenario,
  renderScenario,
  runScenarioInWorkers,
  scenarioJson,
  ScenarioError,
  type ScenarioResult,
  scenariosJunit,
} from "../../simulator/index.ts";
import type { Command } from "../command.ts";
import type { DecisionFile } from "../decision-file.ts";
import { fit } from "../fit.ts";
import { type CliIo, colorOnStdout, widthOf } from "../io.ts";
import { logOptions } from "../log-options.ts";
import { minimizeScenarios } from "../minimize/run.ts";
import { type Arguments, formatOption } from "../options.ts";
import { type GoodPolicy, loadToRun } from "../policy-file.ts";
import { CliProblem, EXIT } from "../problem.ts";
import type { ReportFile } from "../report-file.ts";
import { chooseScenarios, chosenSeeds, readSeedChoice } from "../scenarios.ts";
import { AGAINST_OPTION, compareIn, readAgainst } from "../simulate/against.ts";
import { warnOfCutRecordings, warnOfLongRun } from "../simulate/long-run.ts";
import { openOutputs } from "../simulate/outputs.ts";
import { PRICE_OPTION, readPrices } from "../simulate/prices.ts";
import { SeedProgress } from "../simulate/seed-progress.ts";
import { asksForSweep, runSweep, SWEEP_OPTIONS } from "../simulate/sweep.ts";
import { refuseIdleOptions } from "../simulate/ways.ts";
import { chooseWorkers, WORKERS_OPTION } from "../simulate/workers.ts";
import { packageVersion } from "../version.ts";

export const simulate: Command = {
  usage: `FILE [--scenario NAME] [--seed N] [--seeds N] [--workers N] [--decisions OUT] [--report OUT.html [--against OLD]] [--price NAME=N] [--minimize] [--format text|json|junit]
         FILE --sweep NAME=FROM..TO[:STEPS]|list [--scenario NAME] [--seed N] [--seeds N] [--format text|json]
         FILE --suggest [--sweep NAME] [--budget N] [--scenario NAME] [--seed N] [--seeds N] [--format text|json]
         FILE --fit LOG [--log-format FORMAT | --map FILE] [--identify FILE] [--skip-bad] [--format text|json]`,
  about: `Runs the policy's scenarios and shows who was stopped, who was harmed and by what. The same policy, scenario and seeds give
the same bytes. Exits 1 if an expectation fails. With --fit it runs nothing: it estimates populations from recorded traffic, and prints them
as a scenario.`,
  options: [
    { name: "scenario", value: "NAME", help: "run this one (default: every scenario of the policy)" },
    { name: "seed", value: "N", help: "the first seed; alone: the only one (default 1)" },
    { name: "seeds", value: "N", help: "how many seeds (default: what the scenario says)" },
    { name: "decisions", value: "OUT", help: "write every decision to this file, one JSON object a line" },
    {
      name: "report",
      value: "OUT.html",
      help: "write a page for people to this file: static, without scripts or network",
    },
    AGAINST_OPTION,
    WORKERS_OPTION,
    ...SWEEP_OPTIONS,
    PRICE_OPTION,
    { name: "minimize", value: null, help: "print failing expectations as the smallest `test` blocks that show them" },
    {
      name: "fit",
      value: "LOG",
      many: true,
      help: "print a scenario with the populations of this log; may be repeated, oldest first",
    },
    ...logOptions(),
    formatOption("text", ["junit"]),
  ],
  examples: [
    "simulate orders.edgepolicy",
    "simulate orders.edgepolicy --report report.html --against main.edgepolicy",
    "simulate orders.edgepolicy --fit requests.ndjson",
    "simulate orders.edgepolicy --scenario stuffing_campaign --seed 7 --decisions decisions.ndjson",
    "simulate orders.edgepolicy --minimize",
    "simulate orders.edgepolicy --sweep 'limit login_rate.rate=2..50'",
  ],
  run,
};

async function run(args: Arguments, io: CliIo): Promise<number> {
  const [file = ""] = args.exactly("FILE");
  const choice = readSeedChoice(args);
  refuseIdleOptions(args);
  const loaded = loadToRun(file, io);
  const { policy, scenarios } = loaded;
  if (args.has("fit")) return fit(file, policy, args, io);
  const against = readAgainst(args, io);
  const prices = readPrices(args.texts("price"));
  const chosen = chooseScenarios(file, scenarios, args.text("scenario"));
  if (asksForSweep(args)) return runSweep(file, chosen, args, io);
  const runSeeds = (scenario: Scenario, output: DecisionFile | null): Promise<ScenarioResult> => {
    const seeds = chosenSeeds(scenario, choice);
    warnOfLongRun(scenario, seeds.length, io);
    // The report for people says so itself.
    if (!isForPeople(args) || args.has("minimize")) warnOfCutRecordings(scenario, io);
    const workers = chooseWorkers(args, policy, scenario, seeds);
    return runOne({ policy, scenario, seeds, workers, prices, output }, io);
  };
  if (args.has("minimize")) {
    const runAll = (scenario: Scenario): Promise<ScenarioResult> => runSeeds(scenario, null);
    return minimizeScenarios({ file, policy, scenarios: chosen, run: runAll, json: args.json() }, io);
  }
  return report({ file, loaded, against, scenarios: chosen, runSeeds }, args, io);
}

function isForPeople(args: Arguments): boolean {
  return (args.text("format") ?? "text") === "text";
}

interface Job {
  readonly file: string;
  readonly loaded: GoodPolicy;
  /** What the report compares with; null where nothing is asked for. */
  readonly against: GoodPolicy | null;
  readonly scenarios: readonly Scenario[];
  readonly runSeeds: (scenario: Scenario, output: DecisionFile | null) => Promise<ScenarioResult>;
}

/** Runs the scenarios and writes all that is asked for: each result as it comes, the page and data of all at the end. */
async function report(job: Job, args: Arguments, io: CliIo): Promise<number> {
  const outputs = openOutputs(args, [...inputsOf(job.loaded), ...inputsOf(job.against)]);
  const reported: ReportedScenario[] = [];
  try {
    for (const scenario of job.scenarios) {
      const result = await job.runSeeds(scenario, outputs.decisions);
      reported.push({ scenario, result, ...(await comparedIn(scenario, job, result.seeds, io)) });
      if (!isForPeople(args)) continue;
      const text = renderScenario(result, { file: job.file, color: colorOnStdout(io), ...widthOf(io) });
      await io.stdout(`${reported.length > 1 ? "\n" : ""}${text}`);
    }
  } finally {
    outputs.decisions?.close();
  }
  if (outputs.report !== null) await writePage(outputs.report, reported, job, args, io);
  const results = reported.map(({ result }) => result);
  const held = results.every((result) => result.held);
  if (args.text("format") === "junit") await io.stdout(scenariosJunit(results, job.file));
  if (args.json()) await io.stdout(`${JSON.stringify({ held, scenarios: results.map(scenarioJson) })}\n`);
  return held ? EXIT.fine : EXIT.no;
}

async function comparedIn(
  scenario: Scenario,
  { against, loaded }: Job,
  seeds: readonly number[],
  io: CliIo,
): Promise<Pick<ReportedScenario, "diff">> {
  return against === null ? {} : { diff: await compareIn(scenario, { old: against, new: loaded }, seeds, io) };
}

async function writePage(
  page: ReportFile,
  scenarios: readonly ReportedScenario[],
  { file, loaded: { policy } }: Job,
  args: Arguments,
  io: CliIo,
): Promise<void> {
  const other = args.text("against");
  const compared = other === null ? {} : { against: other };
  try {
    page.write(await htmlReport({ policy, file, ...compared, version: packageVersion(), scenarios }));
  } catch (problem) {
    if (!(problem instanceof ScenarioError)) throw problem;
    throw new CliProblem(problem.message);
  }
  if (isForPeople(args)) await io.stdout(`Report     ${page.path}\n`);
}

/** Files whose text became the policy. */
function inputsOf(policy: GoodPolicy | null): readonly string[] {
  return policy?.sources.map(({ path }) => path) ?? [];
}

interface Run {
  readonly policy: Policy;
  readonly scenario: Scenario;
  readonly seeds: readonly number[];
  readonly workers: number;
  readonly prices: AttackPrices;
  readonly output: DecisionFile | null;
}

async function runOne({ policy, scenario, seeds, workers, prices, output }: Run, io: CliIo): Promise<ScenarioResult> {
  const progress = new SeedProgress(scenario, seeds.length, io);
  try {
    return await runScenarioInWorkers(policy, scenario, {
      ...{ seeds, workers, prices, unopposed: true },
      onProgress: (seed, atMicros) => progress.show(seed, atMicros),
      ...(output === null ? {} : { onLines: (piece) => output.write(piece) }),
    });
  } catch (problem) {
    if (!(problem instanceof ScenarioError)) throw problem;
    throw new CliProblem(`scenario \`${scenario.name}\`: ${problem.message}`);
  } finally {
    progress.clear();
  }
}

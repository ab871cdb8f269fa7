/** `simulate --sweep` and `--suggest`: what other values of a policy's numbers would do. */
import { nodeFiles, type Scenario } from "../../dsl/index.ts";
import type { Policy } from "../../engine/index.ts";
import {
  DEFAULT_BUDGET,
  findLiteral,
  NO_NUMBER,
  paintFor,
  type PolicyLiteral,
  renderSuggestion,
  renderSweep,
  runScenarioInWorkers,
  runSeed,
  type RunVariant,
  ScenarioError,
  SeedPool,
  type ScenarioResult,
  suggest,
  suggestionJson,
  sweep,
  SweepError,
  sweepJson,
  type SweepResult,
  sweepValues,
  Variants,
} from "../../simulator/index.ts";
import { type CliIo, colorOnStdout } from "../io.ts";
import type { Arguments, OptionSpec } from "../options.ts";
import { CliProblem, EXIT } from "../problem.ts";
import { Progress } from "../progress.ts";
import { chosenSeeds, readSeedChoice, type SeedChoice } from "../scenarios.ts";
import { chooseWorkers } from "./workers.ts";

export const SWEEP_OPTIONS: readonly OptionSpec[] = [
  {
    name: "sweep",
    value: "NAME=FROM..TO[:STEPS]",
    help: "vary one number of the policy and show what each value does; `--sweep list` lists the numbers",
  },
  {
    name: "suggest",
    value: null,
    help: "search for values of one, two, then all numbers that make every expectation hold; with --sweep NAME of that one alone",
  },
  { name: "budget", value: "N", help: "variants that --suggest runs at most (default 90)" },
];

const MOST_BUDGET = 10_000;

/** Whether one of the options here is given. */
export function asksForSweep(args: Arguments): boolean {
  return args.has("sweep") || args.has("suggest");
}

/**
 * Does what `--sweep` and `--suggest` ask for.
 *
 * @param scenarios - Those that are to be run.
 * @returns The exit status: 1 where `--suggest` finds nothing.
 */
export async function runSweep(
  file: string,
  scenarios: readonly Scenario[],
  args: Arguments,
  io: CliIo,
): Promise<number> {
  refuseOthers(args);
  const pool = new SeedPool();
  try {
    const variants = new Variants(file, nodeFiles);
    const asked = args.text("sweep");
    if (asked === "list") return await list(file, variants.literals, args, io);
    const task = { variants, scenarios, choice: readSeedChoice(args), pool, args, io };
    return args.has("suggest") ? await suggestValues(task, asked) : await sweepOne(task, asked ?? "");
  } catch (problem) {
    if (problem instanceof SweepError) throw new CliProblem(problem.message, problem.help);
    if (problem instanceof ScenarioError) throw new CliProblem(problem.message);
    throw problem;
  } finally {
    await pool.end();
  }
}

/** What makes no sense beside a sweep. */
function refuseOthers(args: Arguments): void {
  for (const name of ["decisions", "report", "against", "price", "minimize"])
    if (args.has(name)) throw new CliProblem(`--${name} does not go with --sweep or --suggest`);
  if (args.text("format") === "junit") throw new CliProblem("--format junit does not go with --sweep or --suggest");
}

async function list(file: string, literals: readonly PolicyLiteral[], args: Arguments, io: CliIo): Promise<number> {
  const shown = literals.map(({ name, raw, kind }) => ({ name, kind, current: raw }));
  const width = Math.max(0, ...shown.map(({ name }) => name.length));
  const lines = shown.map(({ name, current }) => `${name.padEnd(width)}  ${current}\n`);
  await io.stdout(args.json() ? `${JSON.stringify({ literals: shown })}\n` : lines.join(""));
  if (literals.length === 0) io.stderr(`${file}: ${NO_NUMBER}\n`);
  return EXIT.fine;
}

interface Task {
  readonly variants: Variants;
  readonly scenarios: readonly Scenario[];
  readonly choice: SeedChoice;
  readonly pool: SeedPool;
  readonly args: Arguments;
  readonly io: CliIo;
}

async function sweepOne({ variants, scenarios, choice, pool, args, io }: Task, asked: string): Promise<number> {
  const [name = "", range = ""] = asked.split("=", 2);
  const literal = findLiteral(variants.literals, name.trim());
  if (range === "")
    throw new CliProblem(
      `--sweep ${asked}: there is no range`,
      `write --sweep '${name}=FROM..TO'; it is ${literal.raw} now`,
    );
  const values = sweepValues(literal, range.trim());
  const progress = new Progress(literal.name, scenarios.length * (values.length + 1), io);
  const results: SweepResult[] = [];
  let runs = 0;
  try {
    for (const scenario of scenarios) {
      const run = runnerOf(scenario, values.length + 1, { choice, pool, args });
      results.push(
        await sweep(variants, literal, values, scenario.name, async (policy, one) => {
          progress.look(runs++);
          return run(policy, one);
        }),
      );
    }
  } finally {
    progress.clear();
  }
  const paint = paintFor(colorOnStdout(io));
  const { sources } = variants;
  if (args.json()) await io.stdout(`${JSON.stringify({ sweeps: results.map((one) => sweepJson(one, sources)) })}\n`);
  else await io.stdout(results.map((one) => renderSweep(one, sources, paint)).join("\n"));
  return EXIT.fine;
}

async function suggestValues(task: Task, asked: string | null): Promise<number> {
  const { variants, args, io } = task;
  const budget = args.integer("budget", 1, MOST_BUDGET);
  const progress = new Progress("suggest", budget ?? DEFAULT_BUDGET, io);
  try {
    const found = await suggest(variants, runsOf(task, budget ?? DEFAULT_BUDGET), {
      ...(asked === null ? {} : { literals: [findLiteral(variants.literals, asked.trim())] }),
      ...(budget === null ? {} : { budget }),
      onProgress: (done: number) => progress.look(done),
    });
    progress.clear();
    const text = args.json()
      ? `${JSON.stringify(suggestionJson(found, variants))}\n`
      : renderSuggestion(found, variants, paintFor(colorOnStdout(io)));
    await io.stdout(text);
    return found.now.failing.length === 0 || found.proposals.length > 0 ? EXIT.fine : EXIT.no;
  } finally {
    progress.clear();
  }
}

/** How a search runs scenarios and looks at their decisions; `variants` are run at most, over all scenarios. */
function runsOf({ scenarios, choice, pool, args }: Task, variants: number): Parameters<typeof suggest>[1] {
  const each = variants / scenarios.length;
  const runners = new Map(scenarios.map((one) => [one.name, runnerOf(one, each, { choice, pool, args })]));
  return {
    scenarios: scenarios.map(({ name }) => name),
    run: async (policy, scenario) => {
      const run = runners.get(scenario.name);
      if (run === undefined) throw new SweepError(`there is no scenario \`${scenario.name}\``);
      return run(policy, scenario);
    },
    look: (policy, scenario) => runSeed(policy, scenario, chosenSeeds(scenario, choice)[0] ?? 1).decisionsHash,
  };
}

/** Runs so many variants of one scenario, on as many threads as they are worth. */
function runnerOf(
  scenario: Scenario,
  variants: number,
  { choice, pool, args }: Pick<Task, "choice" | "pool" | "args">,
): RunVariant {
  const seeds = chosenSeeds(scenario, choice);
  let workers = 0;
  return async (policy: Policy, one: Scenario): Promise<ScenarioResult> => {
    if (workers === 0) workers = chooseWorkers(args, policy, one, seeds, variants);
    return runScenarioInWorkers(policy, one, { seeds, workers, pool });
  };
}

/** Failing expectations as tests: what `simulate --minimize` prints. */
import type { Scenario } from "../../dsl/index.ts";
import type { Policy } from "../../engine/index.ts";
import {
  type Minimized,
  minimizeFailures,
  type ScenarioResult,
  testOf,
  type Unminimized,
} from "../../simulator/index.ts";
import type { CliIo } from "../io.ts";
import { EXIT } from "../problem.ts";
import { Progress } from "../progress.ts";
import { shellLine } from "../shell-line.ts";

/** Name and version of the JSON. */
const SCHEMA = "edgepolicy.minimized/1";

/** What is run. */
export interface MinimizeJob {
  /** The policy's file, as commands name it. */
  readonly file: string;
  readonly policy: Policy;
  readonly scenarios: readonly Scenario[];
  /** Runs a scenario over its seeds. */
  readonly run: (scenario: Scenario) => Promise<ScenarioResult>;
  readonly json: boolean;
}

/**
 * Prints a `test` block for each population and attack of which an expectation fails; what there is none for goes to standard error.
 *
 * @returns The exit status: 1 where an expectation fails.
 */
export async function minimizeScenarios(job: MinimizeJob, io: CliIo): Promise<number> {
  const found: Found[] = [];
  for (const scenario of job.scenarios) {
    const result = await job.run(scenario);
    found.push({ result, ...minimizeShown(job.policy, scenario, result, io) });
  }
  const held = found.every(({ result }) => result.held);
  if (held) io.stderr("every expectation holds: there is nothing to minimize\n");
  for (const { result, without } of found) for (const one of without) io.stderr(reasonLine(result, one));
  const tests = found.flatMap(({ minimized }) => minimized.map((one) => ({ one, text: textOf(one, job.file) })));
  await io.stdout(
    job.json
      ? `${JSON.stringify({ schema: SCHEMA, held, tests: tests.map(({ one, text }) => testJson(one, text)) })}\n`
      : tests.map(({ text }) => text).join("\n"),
  );
  return held ? EXIT.fine : EXIT.no;
}

type Found = { readonly result: ScenarioResult } & ReturnType<typeof minimizeFailures>;

function minimizeShown(
  policy: Policy,
  scenario: Scenario,
  result: ScenarioResult,
  io: CliIo,
): ReturnType<typeof minimizeFailures> {
  const progress = new Progress(`${scenario.name}: trying shorter traces`, 0, io);
  let trials = 0;
  try {
    return minimizeFailures(policy, scenario, result, { onTrial: () => progress.look(++trials) });
  } finally {
    progress.clear();
  }
}

function reasonLine({ scenario }: ScenarioResult, { gate, reason }: Unminimized): string {
  return `${scenario}: no test for \`${gate.text}\`: ${reason}\n`;
}

function textOf(minimized: Minimized, file: string): string {
  const { scenario, seed } = minimized;
  const command = shellLine([
    "edgepolicy",
    "simulate",
    file,
    "--scenario",
    scenario,
    "--seed",
    `${seed}`,
    "--minimize",
  ]);
  return testOf(minimized, { command });
}

function testJson({ gate, scenario, seed, witness, steps, recorded, trials, isMinimal }: Minimized, text: string) {
  const { kind, who, by, verdict, nth } = witness;
  return {
    ...{ scenario, seed, expectation: gate.text, kind, who, by, verdict, nth },
    ...{ requests: steps.length, recorded, trials, minimal: isMinimal, text },
  };
}

/** `--against OLD`: the report says what another policy would have answered in the same scenarios. */
import type { Scenario } from "../../dsl/index.ts";
import { diffScenario, ScenarioError, type ScenarioDiff } from "../../simulator/index.ts";
import type { CliIo } from "../io.ts";
import type { Arguments, OptionSpec } from "../options.ts";
import { type GoodPolicy, loadToRun } from "../policy-file.ts";
import { CliProblem } from "../problem.ts";
import { Progress } from "../progress.ts";

export const AGAINST_OPTION: OptionSpec = {
  name: "against",
  value: "OLD",
  help: "in the report, also what the change from this policy turns, as `diff` tells it",
};

/**
 * The other policy; null where none is asked for.
 *
 * @throws {@link CliProblem} where there is no report to say it in, and where it does not load.
 */
export function readAgainst(args: Arguments, io: CliIo): GoodPolicy | null {
  const file = args.text("against");
  if (file === null) return null;
  if (!args.has("report")) {
    throw new CliProblem("--against goes with --report", "edgepolicy diff OLD NEW --scenario NAME prints a comparison");
  }
  return loadToRun(file, io);
}

/** Compares both in `scenario`, which is the new one's. */
export async function compareIn(
  scenario: Scenario,
  sides: { readonly old: GoodPolicy; readonly new: GoodPolicy },
  seeds: readonly number[],
  io: CliIo,
): Promise<ScenarioDiff> {
  const progress = new Progress(`${scenario.name}, compared`, seeds.length, io);
  try {
    return await diffScenario(sides.old, sides.new, scenario, { seeds, onSeed: (done) => progress.look(done) });
  } catch (problem) {
    if (!(problem instanceof ScenarioError)) throw problem;
    throw new CliProblem(`scenario \`${scenario.name}\`: ${problem.message}`);
  } finally {
    progress.clear();
  }
}

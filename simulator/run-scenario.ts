/** Runs a scenario over its seeds: the simulator's main entry. */
import type { Scenario } from "../dsl/index.ts";
import type { Policy } from "../engine/index.ts";
import { type RunOptions, runSeed } from "./run.ts";
import { type ScenarioResult, summarise } from "./scenario-result.ts";
import { ScenarioError } from "./scenario-error.ts";

/** How a scenario is run. */
export interface ScenarioOptions extends RunOptions {
  /** Seeds, each a safe integer, at least one and none twice. Default: 1 to the number that the scenario states. */
  readonly seeds?: readonly number[];
}

/**
 * Runs a scenario once for each seed and judges its expectations. A pure function of its arguments.
 *
 * @throws {@link ScenarioError} when the scenario cannot be run as it stands, or the seeds are not as described.
 */
export function runScenario(policy: Policy, scenario: Scenario, options: ScenarioOptions = {}): ScenarioResult {
  const seeds = options.seeds ?? firstSeeds(scenario.seeds);
  checkSeeds(seeds);
  return summarise(
    policy,
    scenario,
    seeds.map((seed) => runSeed(policy, scenario, seed, options)),
  );
}

/** The seeds 1 to `count`. */
export function firstSeeds(count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

/**
 * Checks the seeds of a run.
 *
 * @throws {@link ScenarioError} where they are none, no safe integers, or one stands twice.
 */
export function checkSeeds(seeds: readonly number[]): void {
  if (seeds.length === 0) throw new ScenarioError("a scenario runs over at least one seed");
  const odd = seeds.find((seed) => !Number.isSafeInteger(seed));
  if (odd !== undefined) throw new ScenarioError(`a seed is a whole number below 2^53, not ${odd}`);
  const twice = seeds.find((seed, i) => seeds.indexOf(seed) !== i);
  if (twice !== undefined) throw new ScenarioError(`seed ${twice} stands twice; each seed counts once`);
}

/** Runs a scenario over its seeds: the simulator's main entry. */
import type { Scenario } from "../dsl/index.ts";
import type { Policy } from "../engine/index.ts";
import type { AttackPrices } from "./measures/attack-cost.ts";
import { type RunOptions, runSeed, type SeedResult } from "./run.ts";
import { type ScenarioResult, summarise } from "./measures/scenario-result.ts";
import { ScenarioError } from "./scenario-error.ts";
import { runUnopposed } from "./measures/unopposed.ts";

/** How a scenario is run. */
export interface ScenarioOptions extends RunOptions {
  /** Seeds, each a safe integer, at least one and none twice. Default: 1 to the number that the scenario states. */
  readonly seeds?: readonly number[];
  /** Whether each seed's attacks run once more against no policy, to compare with. Default false. */
  readonly unopposed?: boolean;
  /** What attackers pay. Default: `DEFAULT_PRICES`. */
  readonly prices?: AttackPrices;
}

/**
 * Runs a scenario once for each seed and judges its expectations. A pure function of its arguments.
 *
 * @throws {@link ScenarioError} when the scenario cannot be run as it stands, or the seeds are not as described.
 */
export function runScenario(policy: Policy, scenario: Scenario, options: ScenarioOptions = {}): ScenarioResult {
  const seeds = options.seeds ?? firstSeeds(scenario.seeds);
  checkSeeds(seeds);
  const runs = seeds.map((seed) => runOnce(policy, scenario, seed, options));
  return summarise(policy, scenario, runs, options.prices);
}

/** One seed, with its attacks unopposed where that is asked for. */
export function runOnce(policy: Policy, scenario: Scenario, seed: number, options: ScenarioOptions): SeedResult {
  const run = runSeed(policy, scenario, seed, options);
  return options.unopposed === true ? { ...run, unopposed: runUnopposed(policy, scenario, seed, options) } : run;
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

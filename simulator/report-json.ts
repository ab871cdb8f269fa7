/** A scenario's result as JSON for machines. The same inputs give the same bytes; nothing in it is of the machine or the hour. */
import type { GateResult } from "./expectations.ts";
import type { AttackMeasures, PopulationMeasures, RuleMeasures } from "./measures.ts";
import type { Reach } from "./reach.ts";
import type { AttackSummary, PopulationSummary, ScenarioResult } from "./scenario-result.ts";

/** Name and version of this form. Members may be added within a version, never removed or given another meaning. */
export const SCENARIO_SCHEMA = "edgepolicy.simulation/1";

/** One run in short: what its seed gave, without timeline and stories. */
export interface RunJson {
  readonly seed: number;
  readonly requests: number;
  readonly decisionsHash: string;
  readonly populations: readonly Omit<PopulationMeasures, "timeline" | "worst">[];
  readonly attacks: readonly Omit<AttackMeasures, "timeline">[];
}

/** The whole result. Times are integer microseconds or their means, percentages are in percent. */
export interface ScenarioJson {
  readonly schema: typeof SCENARIO_SCHEMA;
  readonly scenario: string;
  readonly policy: ScenarioResult["policy"];
  readonly held: boolean;
  readonly runMicros: number;
  readonly seeds: readonly number[];
  readonly requests: number;
  readonly decisionsHash: string;
  readonly expectations: readonly GateResult[];
  readonly populations: readonly PopulationSummary[];
  readonly attacks: readonly AttackSummary[];
  readonly rules: readonly RuleMeasures[];
  readonly reach: readonly Reach[];
  readonly runs: readonly RunJson[];
}

/** The result as data for `JSON.stringify`, members in a fixed order. */
export function scenarioJson(result: ScenarioResult): ScenarioJson {
  return {
    schema: SCENARIO_SCHEMA,
    scenario: result.scenario,
    policy: result.policy,
    held: result.held,
    runMicros: result.runMicros,
    seeds: result.seeds,
    requests: result.requests,
    decisionsHash: result.decisionsHash,
    expectations: result.gates,
    populations: result.populations,
    attacks: result.attacks,
    rules: result.rules,
    reach: result.reach,
    runs: result.runs.map(({ seed, requests, decisionsHash, populations, attacks }) => ({
      seed,
      requests,
      decisionsHash,
      populations: populations.map(({ timeline: _timeline, worst: _worst, ...rest }) => rest),
      attacks: attacks.map(({ timeline: _timeline, ...rest }) => rest),
    })),
  };
}

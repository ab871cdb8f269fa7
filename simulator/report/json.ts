/** A scenario's result as JSON for machines. The same inputs give the same bytes; nothing in it is of the machine or the hour. */
import type { GateResult } from "../measures/expectations.ts";
import type { AttackPrices } from "../measures/attack-cost.ts";
import type { AttackMeasures, PopulationMeasures } from "../measures/measures.ts";
import type { Precision } from "../measures/precision.ts";
import type { Reach } from "../measures/reach.ts";
import type { AttackSummary, PopulationSummary, RuleSummary, ScenarioResult } from "../measures/scenario-result.ts";
import type { UnopposedAttack } from "../measures/unopposed.ts";

/** Name and version of this form. Members may be added within a version, never removed or given another meaning. */
export const SCENARIO_SCHEMA = "edgepolicy.simulation/1";

/** One run in short: what its seed gave, without timeline and stories. */
export interface RunJson {
  readonly seed: number;
  readonly requests: number;
  readonly decisionsHash: string;
  readonly populations: readonly Omit<PopulationMeasures, "timeline" | "worst" | "perClient">[];
  readonly attacks: readonly Omit<AttackMeasures, "timeline">[];
  readonly unopposed?: readonly UnopposedAttack[];
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
  readonly rules: readonly RuleSummary[];
  readonly reach: readonly Reach[];
  readonly precision: readonly Precision[];
  readonly prices: AttackPrices;
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
    precision: result.precision,
    prices: result.prices,
    runs: result.runs.map(({ seed, requests, decisionsHash, populations, attacks, unopposed }) => ({
      seed,
      requests,
      decisionsHash,
      populations: populations.map(({ timeline: _timeline, worst: _worst, perClient: _perClient, ...rest }) => rest),
      attacks: attacks.map(({ timeline: _timeline, ...rest }) => rest),
      ...(unopposed === undefined ? {} : { unopposed }),
    })),
  };
}

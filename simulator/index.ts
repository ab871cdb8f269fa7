/** The simulator's public door. */
export { type EngineFactory, type DecisionEvent, type RunOptions, runSeed, type SeedResult } from "./run.ts";
export { START_MICROS } from "./clock.ts";
export { DecisionHash } from "./decision-hash.ts";
export type {
  AttackMeasures,
  ClientStory,
  PopulationMeasures,
  RuleMeasures,
  Timeline,
  VerdictCounts,
} from "./measures.ts";
export { ScenarioError } from "./scenario-error.ts";

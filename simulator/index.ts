/** The simulator's public door. */
export { type EngineFactory, type DecisionEvent, type RunOptions, runSeed, type SeedResult } from "./run.ts";
export { START_MICROS } from "./clock.ts";
export { DecisionHash } from "./decision-hash.ts";
export type {
  AttackMeasures,
  ClientCounts,
  ClientStory,
  PopulationMeasures,
  RuleMeasures,
  Timeline,
  VerdictCounts,
} from "./measures/measures.ts";
export { type AttackCost, type AttackPrices, DEFAULT_PRICES } from "./measures/attack-cost.ts";
export type { Collateral } from "./measures/collateral.ts";
export type { BoundedPercent, HarmSummary, WorstClient } from "./measures/harm-summary.ts";
export {
  comparePaired,
  type PairedAttack,
  type PairedComparison,
  type PairedDifference,
  type PairedPopulation,
} from "./measures/paired.ts";
export type { Precision } from "./measures/precision.ts";
export { scenariosJunit } from "./report/junit.ts";
export { runUnopposed, type UnopposedAttack, withoutRules } from "./measures/unopposed.ts";
export { ScenarioError } from "./scenario-error.ts";
export type { GateResult } from "./measures/expectations.ts";
export type { MetricUnit } from "./measures/metric-samples.ts";
export { type RunJson, SCENARIO_SCHEMA, type ScenarioJson, scenarioJson } from "./report/json.ts";
export { expectedRequests, shareText } from "./expected-requests.ts";
export { recordedOf } from "./populations/replay.ts";
export { firstSeeds, runScenario, type ScenarioOptions } from "./run-scenario.ts";
export type {
  AttackSummary,
  PopulationSummary,
  RuleSummary,
  ScenarioResult,
  SeedStory,
  Spread,
} from "./measures/scenario-result.ts";
export { SeedPool } from "./seed-workers/seed-pool.ts";
export { MOST_WORKERS, runScenarioInWorkers, type WorkerOptions } from "./seed-workers/run-in-workers.ts";
export type { PolicyLiteral } from "./sweep/literals.ts";
export { sweepValues } from "./sweep/range.ts";
export { renderSuggestion, suggestionJson } from "./sweep/report-suggest.ts";
export { renderSweep, sweepJson } from "./sweep/report-sweep.ts";
export { DEFAULT_BUDGET, suggest, type SuggestOptions, type Suggestion } from "./sweep/suggest.ts";
export { SweepError } from "./sweep/sweep-error.ts";
export { type RunVariant, sweep, type SweepPoint, type SweepResult } from "./sweep/sweep.ts";
export { findLiteral, NO_NUMBER, Variants } from "./sweep/variants.ts";
export { type SampleRequest, sampleRequests } from "./sample-requests.ts";
export { renderScenario, type ScenarioReportOptions } from "./report/text.ts";
export {
  htmlReport,
  MOST_BYTES as MOST_REPORT_BYTES,
  type ReportedDiff,
  type ReportedScenario,
  type ReportInput,
} from "./html-report/index.ts";
export type { LogReading, LogSource, NamedLog } from "./replay/ordered-logs.ts";
export { replayLog, replayLogs, type ReplayOptions } from "./replay/replay.ts";
export { fitLogs } from "./fit/fit-logs.ts";
export { fitJson } from "./fit/fit-json.ts";
export { fitText } from "./fit/fit-text.ts";
export type { FittedClient, FittedPopulation, FittedTraffic } from "./fit/traffic-fit.ts";
export { ReplayError } from "./replay/replay-error.ts";
export type {
  AffectedCaller,
  Count,
  DecidedBy,
  Example,
  IdentifiedEntry,
  IdentifiedRequests,
  LogFacts,
  LogFile,
  MissingAttribute,
  Named,
  ReplayResult,
  SkippedLine,
  UnidentifiedCallers,
} from "./replay/replay-result.ts";
export { DecidedLines } from "./replay/decided-lines.ts";
export type { Decided } from "./replay/replay-tally.ts";
export { renderReplay, REPLAY_SCHEMA, type ReplayJson, replayJson, type ReplayReportOptions } from "./replay/report.ts";
export { type StateDifference, TouchedKeys } from "./touched-keys.ts";
export { lcovOf } from "./policy-test/lcov.ts";
export { renderCoverage } from "./policy-test/report-coverage.ts";
export { testsJson } from "./policy-test/report-json.ts";
export { junitXml } from "./policy-test/report-junit.ts";
export { renderSuite, summaryOf } from "./policy-test/report-text.ts";
export { runTests, type SuiteResult, type TestSuite } from "./policy-test/run-tests.ts";
export {
  DEFAULT_LONGEST,
  DEFAULT_REQUESTS,
  DEFAULT_RUNS,
  hasHeld,
  type ProveOptions,
  type ProvenPolicy,
  provePolicy,
  type ProveResult,
} from "./prove/prove.ts";
export { type ClaimJson, PROVE_SCHEMA, type ProveJson, proveJson, renderProof } from "./prove/report.ts";
export { formatCount, formatDuration, formatMean, formatPercent, paintFor } from "./report/format.ts";
export type { DeclarationChange, DeclarationKind, DiffSide } from "./diff/declarations.ts";
export { diffLog, type LogDiffOptions } from "./diff/diff-log.ts";
export type * from "./diff/diff-result.ts";
export { diffScenario, type ScenarioDiffOptions } from "./diff/diff-scenario.ts";
export { turnsBySide, unpaired as unpairedRequests } from "./diff/diff-words.ts";
export { DIFF_SCHEMA, type DiffJson, diffJson } from "./diff/report-json.ts";
export { renderDiffMarkdown } from "./diff/report-markdown.ts";
export { type DiffReportOptions, renderDiff } from "./diff/report-text.ts";
export { type Minimized, minimizeFailures, type Unminimized } from "./minimize/minimize.ts";
export { testOf } from "./minimize/test-of.ts";
export type { StateDivergence } from "./diff/state-divergence.ts";

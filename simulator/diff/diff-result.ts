/** What differs between two policies on the same traffic, as plain data. Times are microseconds. */
import type { Expectation } from "../../dsl/index.ts";
import type { Explanation, Verdict } from "../../engine/index.ts";
import type { MetricUnit } from "../measures/metric-samples.ts";
import type { Count, LogFacts } from "../replay/replay-result.ts";
import type { DeclarationChange } from "./declarations.ts";
import type { StateDivergence } from "./state-divergence.ts";

/** Requests by verdict. */
export type VerdictCounts = Readonly<Record<Verdict, number>>;

/** A cell of the matrix: requests of one verdict under OLD and one under NEW. */
export interface MatrixCell {
  readonly old: Verdict;
  readonly new: Verdict;
  readonly requests: number;
}

/** How one policy answered: by which rule or limit (a reason where no declaration decided; empty for an allow). */
export interface Cause {
  readonly verdict: Verdict;
  readonly by: string;
}

/** Requests that one cause decided under OLD and another one under NEW. */
export interface CauseChange {
  readonly old: Cause;
  readonly new: Cause;
  readonly requests: number;
  /** Different clients, addresses where a request names none, and attacks. */
  readonly callers: Count;
  readonly example: RequestExample;
}

/** A request to look up. */
export interface RequestExample {
  /** Its line in the log; of a scenario the request's number in the run of NEW. */
  readonly number: number;
  /** Seed of the run; null for a log. */
  readonly seed: number | null;
  /** Since the Unix epoch. */
  readonly at: number;
  readonly client: string | null;
  readonly ip: string;
  readonly method: string;
  /** At most 200 characters. */
  readonly path: string;
}

/** Requests of one group (a client, a route, a population or attack) that both policies decided, and how many turned. */
export interface GroupChange {
  readonly name: string;
  readonly requests: number;
  /** Requests whose verdict differs. */
  readonly changed: number;
  /** Of those: let through under OLD and refused under NEW, and the reverse. */
  readonly newlyRefused: number;
  readonly newlyAdmitted: number;
}

/** How often a rule or limit in shadow would have acted. */
export interface ShadowChange {
  readonly name: string;
  readonly old: number;
  readonly new: number;
}

/** The first request that the policies decide differently. */
export interface FirstChange {
  readonly request: RequestExample;
  readonly old: Cause;
  readonly new: Cause;
  /** Null where it could not be explained; `unexplained` says why. */
  readonly explanations: { readonly old: Explanation; readonly new: Explanation } | null;
  readonly unexplained: string | null;
}

/** What becomes of requests that both policies decide. */
export interface VerdictChanges {
  /** Requests that both decided. */
  readonly requests: number;
  readonly changed: number;
  readonly newlyRefused: number;
  readonly newlyAdmitted: number;
  /** Requests of the same verdict with another cause, status, delay or time to retry. */
  readonly restated: number;
  /** Every pair of verdicts that came up, in the order of severity; those of equal verdicts too. */
  readonly matrix: readonly MatrixCell[];
  /** By what decides, most requests first; at most 100. Restated requests with another cause are among them. */
  readonly causes: readonly CauseChange[];
  /** How many such pairs there were. */
  readonly causesCount: Count;
  /** Routes with a change, most changed first. */
  readonly routes: readonly GroupChange[];
  /** The twenty callers with most changes: clients, addresses where a request names none, and attacks as `attack NAME`. */
  readonly callers: readonly GroupChange[];
  readonly callersAffected: Count;
  /** Names whose counts differ. */
  readonly shadow: readonly ShadowChange[];
}

/** A policy's name and the hash of its text. */
export interface PolicyName {
  readonly name: string;
  readonly version: string;
}

interface DiffBase {
  readonly old: PolicyName;
  readonly new: PolicyName;
  readonly verdicts: VerdictChanges;
  readonly first: FirstChange | null;
  readonly declarations: readonly DeclarationChange[];
  /** What this comparison cannot tell, or what it had to assume; one sentence each. */
  readonly caveats: readonly string[];
}

/** Two policies on one log: both decide the same recorded requests, and nobody reacts. */
export interface LogDiff extends DiffBase {
  readonly kind: "first-order";
  readonly log: LogFacts;
  readonly state: StateComparison;
}

/** Where state that both policies keep came to differ. */
export interface StateComparison {
  /** Signals, limits and bans that are the same declaration with the same state in both. */
  readonly compared: number;
  /** Requests after which the keys that they touched were compared. */
  readonly requests: number;
  /** The first difference of each declaration, in the order of time. */
  readonly divergences: readonly StateDivergence[];
}

/** Two policies in one scenario: actors react to each, from the same seeds. */
export interface ScenarioDiff extends DiffBase {
  readonly kind: "closed-loop";
  readonly scenario: string;
  /** Whose text the scenario and its callers are from. */
  readonly scenarioFrom: "old" | "new";
  readonly runMicros: number;
  readonly seeds: readonly number[];
  readonly origins: readonly OriginChange[];
  readonly measures: readonly MeasureChange[];
  readonly gates: readonly GateChange[];
}

/** A population or attack under both. */
export interface OriginChange extends GroupChange {
  readonly attack: boolean;
  /** Requests sent, retries included. */
  readonly sentOld: number;
  readonly sentNew: number;
  /** Requests that were sent under one policy alone, by its verdict. */
  readonly onlyOld: VerdictCounts;
  readonly onlyNew: VerdictCounts;
}

/** One measure under both policies: means over the seeds that have a value. */
export interface MeasureChange {
  readonly subject: string;
  readonly metric: Expectation["metric"];
  readonly unit: MetricUnit;
  /** Null where no seed has one, such as the time of a containment that never came. */
  readonly old: number | null;
  readonly new: number | null;
  /** Mean of NEW − OLD over the seeds in which both have a value; null where there is none. */
  readonly difference: number | null;
  /** Ends of the two-sided 95 % bootstrap interval over the paired seeds; null with fewer than two. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly pairs: number;
}

/** An expectation of the scenario under both policies. */
export interface GateChange {
  readonly text: string;
  readonly old: boolean;
  readonly new: boolean;
}

/** Two policies compared, on a log or in a scenario. */
export type DiffResult = LogDiff | ScenarioDiff;

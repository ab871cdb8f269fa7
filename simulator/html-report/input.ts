/** What a report is made of. */
import type { Scenario } from "../../dsl/index.ts";
import type { Policy, Verdict } from "../../engine/index.ts";
import type { MeasureChange } from "../diff/diff-result.ts";
import type { ScenarioResult } from "../measures/scenario-result.ts";

/** Everything that a page shows, of one policy. The same input gives the same bytes. */
export interface ReportInput {
  readonly policy: Policy;
  /** The policy's file as the replay command names it. */
  readonly file: string;
  /** That of the policy which the scenarios were compared with, where they were. */
  readonly against?: string;
  /** Version of edgepolicy that ran it. */
  readonly version: string;
  /** At least one, in the order of the page. */
  readonly scenarios: readonly ReportedScenario[];
}

/** A scenario of the policy, and what its run gave. */
export interface ReportedScenario {
  readonly scenario: Scenario;
  readonly result: ScenarioResult;
  /** The same scenario under another policy, where it was compared. */
  readonly diff?: ReportedDiff;
}

/** What a comparison of two policies says; results of `simulator/diff/` are of this shape. */
export interface ReportedDiff {
  readonly kind: "first-order" | "closed-loop";
  readonly old: { readonly name: string; readonly version: string };
  readonly new: { readonly name: string; readonly version: string };
  readonly verdicts: {
    readonly requests: number;
    readonly changed: number;
    readonly newlyRefused: number;
    readonly newlyAdmitted: number;
    readonly matrix: readonly { readonly old: Verdict; readonly new: Verdict; readonly requests: number }[];
    /** Most requests first. */
    readonly causes: readonly { readonly old: DiffCause; readonly new: DiffCause; readonly requests: number }[];
    /** Most changed first. */
    readonly callers: readonly {
      readonly name: string;
      readonly requests: number;
      readonly newlyRefused: number;
      readonly newlyAdmitted: number;
    }[];
  };
  /** Populations and attacks of a scenario. */
  readonly origins?: readonly {
    readonly attack: boolean;
    readonly newlyRefused: number;
    readonly newlyAdmitted: number;
  }[];
  /** Expectations under both, where both were judged. */
  readonly gates?: readonly { readonly text: string; readonly old: boolean; readonly new: boolean }[];
  /** Measures under both, each pair of seeds subtracted. */
  readonly measures?: readonly MeasureChange[];
  readonly caveats: readonly string[];
}

interface DiffCause {
  readonly verdict: Verdict;
  /** Rule, limit or reason; empty for an allow. */
  readonly by: string;
}

/** What became of a policy's tests. */
import type { PolicyTest, SourceFile, TestReloadStep, TestRequestStep } from "../../dsl/index.ts";
import type { Explanation, Policy, Request } from "../../engine/index.ts";
import type { Mismatch } from "./judge.ts";

/** A step that did not go as it should. */
export interface TestFailure {
  /** The step; for state that differs at the end, the last one. */
  readonly step: TestRequestStep | TestReloadStep;
  readonly atMicros: number;
  readonly repetition: number;
  readonly problem: TestProblem;
}

/** Why a step failed. */
export type TestProblem =
  | {
      readonly kind: "expectation";
      readonly mismatches: readonly Mismatch[];
      readonly request: Request;
      readonly explanation: Explanation;
      /** The policy in force, which a reload may have brought, and its sources. */
      readonly policy: Policy;
      readonly sources: readonly SourceFile[];
      /** Later repetitions of the step that failed too. */
      more: number;
    }
  /** A fault of the engines, not of the policy: they should never differ. */
  | { readonly kind: "engines_differ"; readonly of: string; readonly compiled: string; readonly reference: string }
  | { readonly kind: "reload"; readonly path: string; readonly message: string };

/** One test, run. */
export interface TestResult {
  readonly test: PolicyTest;
  readonly passed: boolean;
  readonly requests: number;
  /** In the order of time. At most {@link MOST_FAILURES} are kept, and one for each step. */
  readonly failures: readonly TestFailure[];
  readonly expectations: number;
}

/** Failing steps that are told of one test. */
export const MOST_FAILURES = 10;

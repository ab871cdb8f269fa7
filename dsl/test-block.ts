/** The `test` blocks of a policy, checked: requests on a virtual clock and what is expected of their decisions. */
import type { ChallengeKind, Outcome, Request, Span, Verdict } from "../engine/index.ts";

/** What a step expects of its decision; null for what it does not ask. */
export interface TestExpectation {
  readonly verdict: Verdict;
  /** Name of the deciding rule or limit. */
  readonly by: string | null;
  /** Shortest retry. */
  readonly afterMicros: number | null;
  readonly status: number | null;
  /** Name of a rule or limit that must be among the shadow matches. */
  readonly shadow: string | null;
  readonly delayMicros: number | null;
  readonly score: { readonly name: string; readonly value: number } | null;
  readonly span: Span;
}

/** What the service answers, and how much later than the decision that is reported; what it does not say is as `makeOutcome` has it. */
export interface TestAnswer extends Readonly<Partial<Pick<Outcome, "size" | "latencyMicros" | "headers">>> {
  readonly status: number;
  readonly afterMicros: number;
}

/** A request of a test, once or repeated. */
export interface TestRequestStep {
  readonly kind: "request";
  /** From the start of the test. */
  readonly atMicros: number;
  /** Repetition k of `times` (from 1) happens at `atMicros + (k − 1) · everyMicros`; with `as`, `{name}` in texts stands for k. */
  readonly repeat: { readonly times: number; readonly everyMicros: number; readonly as: string | null } | null;
  readonly request: Request;
  readonly pass: ChallengeKind | null;
  /** What the service answers if the request is let through; without it no outcome is reported. */
  readonly respond: TestAnswer | null;
  readonly expect: TestExpectation | null;
  readonly span: Span;
}

/** Replaces the policy by another file's. */
export interface TestReloadStep {
  readonly kind: "reload";
  readonly atMicros: number;
  /** Resolved from the declaring file. */
  readonly path: string;
  readonly span: Span;
}

/** One `test` block. */
export interface PolicyTest {
  readonly name: string;
  readonly doc: string;
  readonly span: Span;
  /** Start, microseconds since the Unix epoch. */
  readonly clockMicros: number;
  /** In the order of the file; they run in the order of their times. */
  readonly steps: readonly (TestRequestStep | TestReloadStep)[];
}

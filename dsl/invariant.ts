/** The `invariant` declarations of a policy, checked: what must hold of every decision. Nothing is decided by them. */
import type { Expr, Span, Verdict } from "../engine/index.ts";

/** One `invariant`. It speaks of the requests for which a rule of the same `on` and `when` would match. */
export interface Invariant {
  /** What it says, in words. */
  readonly name: string;
  readonly doc: string;
  readonly span: Span;
  /** Indices of the routes that it speaks of; null for every request. */
  readonly on: readonly number[] | null;
  /** Over the policy model, as a rule's. */
  readonly when: Expr | null;
  /** `at_least`: the verdict is this or a stricter one; `never`: it is any other. */
  readonly bound: "at_least" | "never";
  readonly verdict: Verdict;
}

/** What the search tries to refute. */
import type { Span } from "../../../engine/index.ts";
import type { Look, TraceRun } from "../run-trace.ts";

/** What sort of thing is claimed. */
export type ClaimKind = "invariant" | "limit" | "retry" | "ban" | "client" | "isolation" | "agreement";

/** A request that is not as was claimed. */
export interface Violation {
  /** Index of the event. */
  readonly event: number;
  /** One sentence, without a full stop. */
  readonly message: string;
}

/** What came of judging one trace. */
export interface Verdict {
  readonly violation: Violation | null;
  /** Requests that the claim is about. */
  readonly exercised: number;
}

/** Judges one trace: what it saw while the trace ran, and the run as a whole. */
export interface Judge {
  readonly look?: Look;
  readonly verdict: (run: TraceRun) => Verdict;
}

/** Something that is claimed of every trace. */
export interface Claim {
  readonly kind: ClaimKind;
  /** Name of the declaration, or of what is claimed in general. */
  readonly name: string;
  /** What is claimed, in words. */
  readonly statement: string;
  /** Where it is declared; null for what is claimed of every policy. */
  readonly span: Span | null;
  readonly judge: () => Judge;
}

/** The first violation in a run, and how many of its requests were judged. */
export function judged(violations: Iterable<Violation | null>): Verdict {
  let exercised = 0;
  for (const violation of violations) {
    exercised++;
    if (violation !== null) return { violation, exercised };
  }
  return { violation: null, exercised };
}

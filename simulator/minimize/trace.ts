/** Requests of a run with their times and what the service answers: a trace that can be decided again without the actors. */
import type { TestAnswer } from "../../dsl/index.ts";
import type { Request } from "../../engine/index.ts";

/** One request of a trace. Times are microseconds. */
export interface TraceStep {
  /** From the start. Never before the step before it. */
  readonly atMicros: number;
  /** As a `test` makes it. */
  readonly request: Request;
  /** What the service answers if it is let through; null where that is not reported. */
  readonly respond: TestAnswer | null;
  /** Whether an attacker gains where it is let through and answered. */
  readonly abusive: boolean;
}

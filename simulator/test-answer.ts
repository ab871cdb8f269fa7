/** The answer that a step of a test states, as engines are told it. */
import type { TestAnswer } from "../dsl/index.ts";
import { makeOutcome, type Outcome } from "../engine/index.ts";

/** The outcome of an answer. */
export function outcomeOf({ status, afterMicros: _, ...said }: TestAnswer): Outcome {
  return makeOutcome(status, said);
}

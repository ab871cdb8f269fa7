/** The header fields in which answers and passes travel. They are ours alone: none is forwarded, logged, or taken from the service. */
import type { ChallengePlan } from "./plan.ts";

/** Of a request: the answer to a challenge. */
const ANSWER_HEADER = "edge-answer";
/** Of a request: passes, with commas between; of an answer: the pass that was earned, as `PASS;max-age=SECONDS`. */
const PASS_HEADER = "edge-pass";

/** Both in lower case. */
export const CHALLENGE_HEADERS: ReadonlySet<string> = new Set([ANSWER_HEADER, PASS_HEADER]);

/** What a request shows of challenges answered before; empty texts for nothing. */
export interface Shown {
  readonly answer: string;
  readonly passes: string;
}

/**
 * Reads what a request shows, to be called before the first wait; null for nothing, or where the policy poses no challenge that is
 * answered so.
 *
 * @param header - First value of a header by its lower-case name; empty if it is absent.
 */
export function readShown(plan: ChallengePlan | null, header: (name: string) => string): Shown | null {
  if (plan === null || !plan.sealed) return null;
  const answer = header(ANSWER_HEADER);
  const passes = header(PASS_HEADER);
  return answer === "" && passes === "" ? null : { answer, passes };
}

/** Step 4: the scores of the request at hand, computed for the first who asks. */
import type { Context } from "./facts/context.ts";
import { Phase } from "./layout.ts";
import type { Scorer, Steps } from "./generate/steps.ts";
import type { Matches } from "./matches.ts";
import type { Record } from "./decision-record.ts";

/** Most that a score comes to. */
export const CEILING = 1_000;

export class Scores {
  private readonly context: Context;
  private readonly matches: Matches;
  private readonly record: Record;
  /** Of each term: the score it belongs to, and its points. */
  private readonly scores: Int32Array;
  private readonly points: Float64Array;
  /** What was generated to compute them, or null. */
  private readonly scorer: Scorer | null;

  constructor(context: Context, matches: Matches, record: Record, { score }: Steps) {
    const { terms } = context.program;
    this.context = context;
    this.matches = matches;
    this.record = record;
    this.scorer = score;
    this.scores = Int32Array.from(terms, ({ score }) => score);
    this.points = Float64Array.from(terms, ({ points }) => points);
  }

  /** Most requests meet nothing that reads a score: scores are computed for the first who asks, a rule or the plain copy. */
  settle(): void {
    const { record, context } = this;
    if (record.scored) return;
    if (record.epoch !== context.epoch) throw new Error("the record is of a request before the latest one or outcome");
    record.scored = true;
    if (this.scorer !== null) this.scorer(context, record.scores);
    else if (record.scores.length > 0) this.compute(record.scores);
  }

  private compute(sums: Float64Array): void {
    const terms = this.matches.collect(Phase.term);
    for (let score = 0; score < sums.length; score++) sums[score] = 0;
    for (let at = 0; at < terms.count; at++) {
      const term = terms.items[at]!;
      const score = this.scores[term]!;
      sums[score] = sums[score]! + this.points[term]!;
    }
    for (let score = 0; score < sums.length; score++) sums[score] = Math.min(CEILING, Math.max(0, sums[score]!));
  }
}

/** Between which values a reading lies, whatever the traffic. */
import type { AttributeName, Expr, Policy, Score, Signal } from "../../engine/index.ts";

/** Least and largest value, both possible as far as is known; infinite where there is no bound. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

const SCORE_CEILING = 1_000;
const PERCENT: Range = { low: 0, high: 100 };
const HOURS: Range = { low: 0, high: 23 };
const COUNT: Range = { low: 0, high: Number.POSITIVE_INFINITY };

/** The range of a numeric reading; null for what has none. */
export function rangeOf(reading: Expr, policy: Policy): Range | null {
  switch (reading.kind) {
    case "signal":
      return signalRange(policy.signals[reading.index]);
    case "score":
      return scoreRange(policy.scores[reading.index]);
    case "used":
      return PERCENT;
    case "attribute":
      return attributeRange(reading.name);
    default:
      return null;
  }
}

function attributeRange(name: AttributeName): Range | null {
  if (name === "now.hour") return HOURS;
  return name === "query.count" || name === "header.count" || name === "body.size" ? COUNT : null;
}

/** Sums and maxima are what bodies say, a deviation is a number of any sign. */
function signalRange(signal: Signal | undefined): Range | null {
  switch (signal?.aggregate.kind) {
    case "count":
    case "distinct":
      return COUNT;
    case "share":
    case "steps":
      return PERCENT;
    case "interval":
    case "elapsed":
      return { low: 0, high: signal.windowMicros };
    default:
      return null;
  }
}

function scoreRange(score: Score | undefined): Range {
  const points = (score?.terms ?? []).reduce((sum, term) => sum + Math.max(0, term.points), 0);
  return { low: 0, high: Math.min(points, SCORE_CEILING) };
}

/** Whether a decision is what a step expects. */
import type { TestExpectation } from "../../dsl/index.ts";
import type { Decision } from "../../engine/index.ts";
import { formatDuration } from "../report/format.ts";

/** What of a decision is not as expected, for people. */
export interface Mismatch {
  /** `verdict`, `by`, `status`, `retry after`, `shadow`, `delay` or `score NAME`. */
  readonly what: string;
  readonly expected: string;
  readonly got: string;
}

const MICROS = 1_000_000;

/** Everything that is not as expected; empty where the expectation holds. */
export function judgeDecision(expected: TestExpectation, decision: Decision): readonly Mismatch[] {
  return [
    ...whereNot(decision.verdict === expected.verdict, "verdict", expected.verdict, decision.verdict),
    ...judgeStated(expected, decision),
    ...judgeTimes(expected, decision),
  ];
}

function judgeStated({ by, status, shadow, score }: TestExpectation, decision: Decision): readonly Mismatch[] {
  const { shadow: shadows, scores } = decision;
  const unmet: Mismatch[] = [];
  if (by !== null) unmet.push(...whereNot(decision.by === by, "by", by, decision.by ?? "no rule or limit"));
  if (status !== null) unmet.push(...whereNot(decision.status === status, "status", `${status}`, `${decision.status}`));
  if (shadow !== null) {
    unmet.push(
      ...whereNot(shadows.includes(shadow), "shadow", shadow, shadows.length === 0 ? "none" : shadows.join(", ")),
    );
  }
  if (score !== null) {
    const value = scores[score.name];
    unmet.push(
      ...whereNot(value === score.value, `score ${score.name}`, `${score.value}`, `${value ?? "not computed"}`),
    );
  }
  return unmet;
}

/** `after` is the shortest retry, `delay` the exact one. */
function judgeTimes({ afterMicros, delayMicros }: TestExpectation, decision: Decision): readonly Mismatch[] {
  const retry = Math.round(decision.retryAfter * MICROS);
  const delay = Math.round(decision.delay * MICROS);
  const unmet: Mismatch[] = [];
  if (afterMicros !== null) {
    const least = `${formatDuration(afterMicros)} or more`;
    unmet.push(...whereNot(retry >= afterMicros, "retry after", least, formatDuration(retry)));
  }
  if (delayMicros !== null)
    unmet.push(...whereNot(delay === delayMicros, "delay", formatDuration(delayMicros), formatDuration(delay)));
  return unmet;
}

function whereNot(holds: boolean, what: string, expected: string, got: string): readonly Mismatch[] {
  return holds ? [] : [{ what, expected, got }];
}

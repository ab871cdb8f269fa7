/** Decides a trace at its times, open-loop: what is answered changes nothing of what is sent. */
import { createEngine, type DecisionRecord, type Policy } from "../../engine/index.ts";
import { START_MICROS } from "../clock.ts";
import { EventQueue } from "../event-queue.ts";
import { FIRST_REFUSAL } from "../measures/tally.ts";
import { outcomeOf } from "../test-answer.ts";
import type { TraceStep } from "./trace.ts";

/** What a trial looks at of a decision. */
export interface TracedDecision {
  /** Index into `VERDICTS`. */
  readonly verdict: number;
  /** Rule, limit or reason; empty for an allow. */
  readonly by: string;
  readonly delayMicros: number;
}

/** The decisions of all steps, as the runner of tests would make them. */
export function decideTrace(policy: Policy, steps: readonly TraceStep[]): readonly TracedDecision[] {
  // A trial is short: functions of the policy's own would take longer to make than they save.
  const engine = createEngine(policy, { generate: false });
  const due = new EventQueue();
  const observeUntil = (until: number): void => {
    while (due.nextTime <= until && due.next()) {
      const answer = steps[due.second]?.respond;
      if (answer != null) engine.observe(due.first, outcomeOf(answer), START_MICROS + due.time);
    }
  };
  return steps.map(({ atMicros, request, respond }, index) => {
    observeUntil(atMicros);
    const record = engine.decide(request, START_MICROS + atMicros);
    const { token } = record;
    const decision = traced(record);
    if (respond === null || decision.verdict >= FIRST_REFUSAL || token === 0) return decision;
    if (respond.afterMicros === 0) engine.observe(token, outcomeOf(respond), START_MICROS + atMicros);
    else due.push(atMicros + respond.afterMicros, 0, 0, token, index);
    return decision;
  });
}

function traced({ verdict, by, reason, delayMicros }: DecisionRecord): TracedDecision {
  return { verdict, by: by ?? reason, delayMicros };
}

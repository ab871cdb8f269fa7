/** Decides requests of a trace again, by the reference interpreter with a state of its own. */
import { createReference, type Decision, type Outcome, type Policy } from "../../engine/index.ts";
import { outcomeOf } from "../test-answer.ts";
import type { TraceEvent } from "./run-trace.ts";

/** The decisions on these requests at their times, as if they were all that came. */
export function decideAnew(events: readonly TraceEvent[], policy: Policy): readonly Decision[] {
  const engine = createReference(policy);
  let due: { readonly at: number; readonly token: number; readonly outcome: Outcome }[] = [];
  const answer = (until: number): void => {
    for (const { at, token, outcome } of due.filter((each) => each.at <= until).sort((a, b) => a.at - b.at))
      engine.observe(token, outcome, at);
    due = due.filter((each) => each.at > until);
  };
  return events.map(({ request, atMicros, answer: planned }) => {
    answer(atMicros);
    const record = engine.decide(request, atMicros);
    const { token } = record;
    const decision = record.toDecision();
    const passed = decision.verdict === "allow" || decision.verdict === "slow";
    if (passed && planned !== null)
      due.push({ at: atMicros + planned.afterMicros, token, outcome: outcomeOf(planned) });
    answer(atMicros);
    return decision;
  });
}

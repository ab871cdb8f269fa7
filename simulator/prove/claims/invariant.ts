/** Invariants: whatever request they are about gets no verdict that they forbid. */
import type { Invariant } from "../../../dsl/index.ts";
import { decisionText } from "../../../dsl/index.ts";
import { type Decision, VERDICTS, type Verdict as DecidedVerdict } from "../../../engine/index.ts";
import type { TraceEvent, TraceRun } from "../run-trace.ts";
import type { Subject } from "../subject.ts";
import { type Claim, judged, type Violation } from "./claim.ts";

/** A claim for each invariant. */
export function invariantClaims({ invariants, firstInvariant }: Subject): readonly Claim[] {
  return invariants.map((invariant, index) => ({
    kind: "invariant",
    name: invariant.name,
    statement: statementOf(invariant),
    span: invariant.span,
    judge: () => ({ verdict: (run) => judged(violations(run, invariant, firstInvariant + index)) }),
  }));
}

function statementOf({ bound, verdict }: Invariant): string {
  return bound === "never" ? `never ${verdict}` : `at least ${verdict}`;
}

/** A request that ended before the rules was blocked without their being asked: no invariant is about it. */
function* violations({ events }: TraceRun, invariant: Invariant, rule: number): Generator<Violation | null> {
  for (const [index, event] of events.entries()) {
    if (!applies(event, rule)) continue;
    const { decision } = event.explanation;
    const message = `${decisionText(decision)}, where the invariant asks for ${wanted(invariant)}`;
    yield holds(invariant, decision) ? null : { event: index, message };
  }
}

function applies({ explanation }: TraceEvent, rule: number): boolean {
  return explanation.endedBefore === null && explanation.rules[rule]?.matches === true;
}

function holds({ bound, verdict }: Invariant, decision: Decision): boolean {
  if (bound === "never") return decision.verdict !== verdict;
  return rank(decision.verdict) >= rank(verdict);
}

function rank(verdict: DecidedVerdict): number {
  return VERDICTS.indexOf(verdict);
}

function wanted({ bound, verdict }: Invariant): string {
  return bound === "never" ? `anything but ${verdict}` : `at least ${verdict}`;
}

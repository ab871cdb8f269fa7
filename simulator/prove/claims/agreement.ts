/** Two policies decide alike, each with the state that it makes of the same requests: what `--against` puts to the proof. */
import { decisionText } from "../../../dsl/index.ts";
import type { Policy } from "../../../engine/index.ts";
import { decideAnew } from "../decide-anew.ts";
import type { Claim } from "./claim.ts";

/** The claim that a policy gives the verdicts of another. @param name - How the other is called. */
export function agreementClaim(other: Policy, name: string): Claim {
  return {
    kind: "agreement",
    name,
    statement: "every request gets the same verdict from both policies",
    span: null,
    judge: () => ({
      verdict: ({ events }) => {
        const decisions = decideAnew(events, other);
        for (const [index, { explanation }] of events.entries()) {
          const theirs = decisions[index];
          if (theirs === undefined || theirs.verdict === explanation.decision.verdict) continue;
          const message = `${decisionText(explanation.decision)} here, ${decisionText(theirs)} by ${name}`;
          return { violation: { event: index, message }, exercised: events.length };
        }
        return { violation: null, exercised: events.length };
      },
    }),
  };
}

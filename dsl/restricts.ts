/** Which rules take something from a request. */
import type { Rule } from "../engine/index.ts";

/** Whether a rule refuses, delays or challenges: `allow`, `exempt` and `note` take nothing from a request. */
export function restricts({ action }: Pick<Rule, "action">): boolean {
  return action.kind !== "allow" && action.kind !== "exempt" && action.kind !== "note";
}

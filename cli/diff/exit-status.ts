/** Which changes make a comparison exit 1. */
import type { DiffResult } from "../../simulator/index.ts";
import { turnsBySide, unpairedRequests } from "../../simulator/index.ts";
import { EXIT } from "../problem.ts";

/** Values of `--fail-on`. */
export const FAIL_ON = ["change", "newly-refused", "newly-admitted", "never"] as const;
export type FailOn = (typeof FAIL_ON)[number];

/**
 * The exit status: a request that only one policy met is a change, because a changed answer led to it. Of a scenario it is known who means
 * well: there a refusal counts of honest callers alone, and an admission of attacks.
 */
export function exitStatus(result: DiffResult, failOn: FailOn): number {
  const { verdicts } = result;
  const { honest, attacks } =
    result.kind === "first-order" ? { honest: verdicts, attacks: verdicts } : turnsBySide(result.origins);
  const found = {
    change: verdicts.changed + unpairedRequests(result),
    "newly-refused": honest.newlyRefused,
    "newly-admitted": attacks.newlyAdmitted,
    never: 0,
  }[failOn];
  return found > 0 ? EXIT.no : EXIT.fine;
}

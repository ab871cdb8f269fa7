/** Which changes make a comparison exit 1. */
import type { DiffResult } from "../../simulator/index.ts";
import { unpairedRequests } from "../../simulator/index.ts";
import { EXIT } from "../problem.ts";

/** Values of `--fail-on`. */
export const FAIL_ON = ["change", "newly-refused", "newly-admitted", "never"] as const;
export type FailOn = (typeof FAIL_ON)[number];

/** The exit status: a request that only one policy met is a change, because a changed answer led to it. */
export function exitStatus(result: DiffResult, failOn: FailOn): number {
  const { changed, newlyRefused, newlyAdmitted } = result.verdicts;
  const found = {
    change: changed + unpairedRequests(result),
    "newly-refused": newlyRefused,
    "newly-admitted": newlyAdmitted,
    never: 0,
  }[failOn];
  return found > 0 ? EXIT.no : EXIT.fine;
}

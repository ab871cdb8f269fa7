/** Lints of a policy without errors: each is a proven fact about it. */
import type { Policy } from "../../engine/index.ts";
import type { CheckedPolicy } from "../check/policy.ts";
import type { Report } from "../check/report.ts";
import type { InventoryClient } from "../inventory/clients.ts";
import { lintConditions } from "./conditions.ts";
import { lintCovered } from "./covered.ts";
import { lintNetworkAllow } from "./network-allow.ts";
import { Budget, Solver } from "./satisfiable.ts";
import { lintUnused } from "./unused.ts";

/** Steps of reasoning that one load spends: under a second, also for a policy of 10,000 rules. */
const STEPS = 500_000;

/** Warns about what is correct but hardly meant. */
export function lintPolicy(
  policy: Policy,
  checked: CheckedPolicy,
  clients: readonly InventoryClient[],
  report: Report,
): void {
  const budget = new Budget(STEPS);
  const solver = new Solver(policy, budget);
  lintConditions(policy, solver, report);
  lintCovered(policy, solver, budget, report);
  lintNetworkAllow(policy, report);
  lintUnused(policy, checked, clients, report);
}

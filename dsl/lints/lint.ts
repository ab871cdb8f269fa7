/** Lints of a policy without errors. */
import type { Policy } from "../../engine/index.ts";
import type { CheckedPolicy } from "../check/policy.ts";
import type { Report } from "../check/report.ts";
import type { InventoryClient } from "../inventory/clients.ts";

/** Warns about what is correct but hardly meant. */
export function lintPolicy(
  _policy: Policy,
  _checked: CheckedPolicy,
  _clients: readonly InventoryClient[],
  _report: Report,
): void {}

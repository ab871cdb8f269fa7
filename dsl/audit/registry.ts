/** Everything that an audit can find, by id. */
import type { FindingEntry } from "./finding.ts";
import { INVENTORY_FINDINGS } from "./registry-inventory.ts";
import { POLICY_FINDINGS } from "./registry-policy.ts";

export const FINDINGS: readonly FindingEntry[] = [
  ...Object.values(INVENTORY_FINDINGS),
  ...Object.values(POLICY_FINDINGS),
];

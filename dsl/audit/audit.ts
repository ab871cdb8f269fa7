/** The audit of a policy and its inventory: findings, the matrix of callers and routes, unused grants. */
import type { Policy, Span } from "../../engine/index.ts";
import type { PolicyAnalysis } from "../load.ts";
import { Findings } from "./collect.ts";
import { type Finding, SEVERITIES } from "./finding.ts";
import { auditClients } from "./inventory/clients.ts";
import { auditFederation } from "./inventory/federation.ts";
import { auditKeys } from "./inventory/keys.ts";
import { auditLifetimes } from "./inventory/lifetimes.ts";
import { auditOwners } from "./inventory/owners.ts";
import { auditSharing } from "./inventory/sharing.ts";
import { computeMatrix, type Matrix } from "./matrix/matrix.ts";
import { auditNames } from "./policy/names.ts";
import { auditReach } from "./policy/reach.ts";
import { auditTrust } from "./policy/trust.ts";
import { auditedInventory, type AuditedInventory } from "./records.ts";

/** What an audit tells. */
export interface Audit {
  /** Null where the policy has errors: then the inventory alone is audited. */
  readonly policy: Policy | null;
  readonly inventory: AuditedInventory;
  /** Worst first; at most 1,000 of one id. */
  readonly findings: readonly Finding[];
  /** How many there are of each id, also those that are not kept. */
  readonly counts: ReadonlyMap<string, number>;
  readonly matrix: Matrix | null;
  readonly nowMicros: number;
}

/**
 * Audits a policy that was loaded, also one with errors.
 *
 * @param nowMicros - The time by which expiry, reviews and rotation are judged, since the Unix epoch.
 */
export function audit(analysis: PolicyAnalysis, nowMicros: number): Audit {
  const { policy } = analysis;
  const inventory = auditedInventory(analysis.inventory);
  const findings = new Findings();
  auditInventory(inventory, policy, nowMicros, findings);
  const matrix = policy === null ? null : computeMatrix(policy, inventory, nowMicros);
  if (policy !== null && matrix !== null) {
    const context = { policy, inventory, matrix, nowMicros, start: startOf(analysis), findings };
    auditNames(context);
    auditReach(context);
    auditTrust(context);
  }
  const list = findings.list().toSorted(worstFirst);
  return { policy, inventory, findings: list, counts: findings.counts(), matrix, nowMicros };
}

function auditInventory(inventory: AuditedInventory, policy: Policy | null, now: number, findings: Findings): void {
  auditOwners(inventory, findings);
  auditSharing(inventory, findings);
  auditLifetimes(inventory, now, findings);
  auditKeys(inventory, policy, findings);
  auditFederation(inventory, findings);
  auditClients(inventory, now, findings);
}

function startOf({ declarations }: PolicyAnalysis): Span {
  return declarations.policies[0]?.span ?? { file: 0, start: 0, end: 0 };
}

function worstFirst(a: Finding, b: Finding): number {
  const rank = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  if (rank !== 0) return rank;
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  return a.span.file - b.span.file || a.span.start - b.span.start;
}

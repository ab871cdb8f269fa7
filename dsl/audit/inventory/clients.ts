/** What a client's record leaves open: ID115, ID117, ID120, ID121, ID124. */
import { headOf, placeOf } from "../../inventory/fields.ts";
import type { Findings } from "../collect.ts";
import { type AuditedClient, type AuditedCredential, type AuditedInventory, referencesOf } from "../records.ts";
import { INVENTORY_FINDINGS } from "../registry-inventory.ts";

/** Finds clients that say too little of how they prove themselves, from where they call, and what is normal. */
export function auditClients(inventory: AuditedInventory, now: number, findings: Findings): void {
  for (const one of inventory.clients) {
    auditProof(one, now, findings);
    if (!one.live) continue;
    auditNetworks(one, findings);
    auditExpectation(one, findings);
    auditDelegation(one, findings);
  }
}

function auditProof(one: AuditedClient, now: number, findings: Findings): void {
  const { id, status } = one.client;
  const usable = one.credentials.filter(
    (each) => each.state === "active" && (each.expires === null || each.expires >= now) && isNamed(each),
  );
  if (status === "active" && usable.length === 0) {
    const message = `the client \`${id}\` is active and has no credential that works`;
    const help = `give it one (\`edgepolicy key create --client ${id}\`), or set \`status: suspended\``;
    findings.add(INVENTORY_FINDINGS.unusable, { of: one, span: headOf(one.data), message, help });
  }
  const sensitive = (one.criticality ?? 4) <= 2 || one.dataClass === "confidential" || one.dataClass === "restricted";
  if (!one.live || !one.prod || !sensitive || one.credentials.some((each) => each.bound && each.state === "active"))
    return;
  findings.add(INVENTORY_FINDINGS.bearerOnly, {
    of: one,
    span: placeOf(one.data, one.criticality === null ? "data_class" : "criticality"),
    message: `the client \`${id}\` is critical or handles sensitive data, and proves itself by what can be copied alone`,
    help: "give it a credential that is bound to a key: `mtls`, `signature`, or tokens with DPoP (`bound: true`)",
  });
}

/** Signed requests name their key by the credential's id where it states no other name. */
function isNamed(credential: AuditedCredential): boolean {
  return credential.type === "hmac" || credential.type === "signature" || referencesOf(credential).length > 0;
}

function auditNetworks(one: AuditedClient, findings: Findings): void {
  const { id, kind, networks } = one.client;
  if (kind !== "vendor" && kind !== "partner") return;
  const open = networks.find((network) => network.endsWith("/0"));
  if (networks.length > 0 && open === undefined) return;
  findings.add(INVENTORY_FINDINGS.unfenced, {
    of: one,
    span: placeOf(one.data, "networks"),
    message: `the ${kind} \`${id}\` may call from ${open === undefined ? "anywhere" : `\`${open}\`, which is anywhere`}`,
    help: "ask for the networks it calls from: `networks: [203.0.113.0/24]`",
  });
}

function auditExpectation(one: AuditedClient, findings: Findings): void {
  const { id, rate, expect } = one.client;
  if (!one.prod || rate !== null || Object.keys(expect).length > 0) return;
  findings.add(INVENTORY_FINDINGS.noExpectation, {
    of: one,
    span: headOf(one.data),
    message: `the production client \`${id}\` says neither how fast nor how much it calls`,
    help: "declare what is agreed: `rate: { allow: 20, per: 1s, burst: 60 }`, `expect: { ids_per_week: 40000 }`",
  });
}

function auditDelegation(one: AuditedClient, findings: Findings): void {
  if (one.client.kind !== "ai_agent" || (one.mayActFor !== "" && one.maxDepth !== null)) return;
  findings.add(INVENTORY_FINDINGS.unboundedAgent, {
    of: one,
    span: placeOf(one.data, "delegation"),
    message: `the agent \`${one.client.id}\` does not say for whom it acts, or how far rights are passed on`,
    help: "declare it: `delegation: { may_act_for: none, max_depth: 0 }`",
  });
}

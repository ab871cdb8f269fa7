/** Who answers for a client, and who gave it its rights: ID101, ID102, ID122. */
import { didYouMean } from "../../check/suggest.ts";
import { field, placeOf } from "../../inventory/fields.ts";
import type { Findings } from "../collect.ts";
import type { AuditedClient, AuditedInventory } from "../records.ts";
import { INVENTORY_FINDINGS } from "../registry-inventory.ts";

/** Finds clients nobody, nobody human, or only their own requester answers for. */
export function auditOwners(inventory: AuditedInventory, findings: Findings): void {
  for (const one of inventory.clients) {
    auditReference(one, "team", one.client.owner.team, inventory.teams, findings);
    auditReference(one, "accountable", one.client.owner.accountable ?? "", new Set(inventory.people.keys()), findings);
    auditPerson(one, inventory, findings);
    auditApproval(one, findings);
  }
}

function auditReference(
  one: AuditedClient,
  role: "team" | "accountable",
  id: string,
  known: ReadonlySet<string>,
  findings: Findings,
): void {
  if (known.has(id)) return;
  const list = role === "team" ? "teams" : "people";
  const missing = id === "";
  const message = missing
    ? `the client \`${one.client.id}\` has no \`owner.${role}\``
    : `\`owner.${role}\` of the client \`${one.client.id}\` is \`${id}\`, who is not declared under \`${list}\``;
  const help = missing ? `name one: \`owner: { ${role}: … }\`` : didYouMean(id, known, `declare it under \`${list}\``);
  findings.add(INVENTORY_FINDINGS.unowned, { of: one, span: ownerPlace(one, role), message, help });
}

function ownerPlace(one: AuditedClient, role: string): AuditedClient["span"] {
  const owner = field(one.data, "owner");
  return owner === null ? placeOf(one.data, "id") : placeOf(owner, role);
}

function auditPerson(one: AuditedClient, { people }: AuditedInventory, findings: Findings): void {
  const id = one.client.owner.accountable ?? "";
  const person = people.get(id);
  if (person === undefined || (person.active && person.kind === "human")) return;
  const why = person.kind === "human" ? "is not active any more" : `is a ${person.kind}, not a person`;
  const backup = people.get(one.backup);
  const stands = backup?.active === true && backup.kind === "human";
  findings.add(INVENTORY_FINDINGS.ownerNotHuman, {
    of: one,
    span: ownerPlace(one, "accountable"),
    message: `\`${id}\`, who is accountable for the client \`${one.client.id}\`, ${why}`,
    help: stands ? `make the backup accountable: \`${one.backup}\`` : "name an active person",
  });
}

function auditApproval(one: AuditedClient, findings: Findings): void {
  if (one.approvedBy === "" || one.approvedBy !== one.requestedBy) return;
  findings.add(INVENTORY_FINDINGS.selfApproval, {
    of: one,
    span: placeOf(one.data, "approved_by"),
    message: `\`${one.approvedBy}\` both asked for and approved the rights of the client \`${one.client.id}\``,
    help: "have somebody else of the owning team approve them",
  });
}

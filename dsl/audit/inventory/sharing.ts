/** What stands twice that proves or names one client: ID104, ID105, ID116. */
import { field, headOf, placeOf } from "../../inventory/fields.ts";
import type { Findings } from "../collect.ts";
import { type AuditedClient, type AuditedCredential, type AuditedInventory, referencesOf } from "../records.ts";
import { INVENTORY_FINDINGS } from "../registry-inventory.ts";

interface Holder {
  readonly one: AuditedClient;
  readonly credential: AuditedCredential;
}

/** Finds credentials of several clients, and ids that were another client's. */
export function auditSharing(inventory: AuditedInventory, findings: Findings): void {
  const holders = holdersByReference(inventory);
  for (const held of holders.values()) {
    const [first, ...others] = held;
    if (first === undefined || others.length === 0) continue;
    auditShared(held, findings);
    auditEnvironments(first, others, findings);
  }
  for (const one of inventory.clients) {
    if (inventory.tombstones.has(one.client.id)) reportReuse(one, findings);
  }
}

function holdersByReference({ clients }: AuditedInventory): ReadonlyMap<string, readonly Holder[]> {
  const holders = new Map<string, Holder[]>();
  for (const one of clients) {
    for (const credential of one.credentials) {
      for (const reference of new Set(referencesOf(credential))) {
        const held = holders.get(reference);
        if (held === undefined) holders.set(reference, [{ one, credential }]);
        else held.push({ one, credential });
      }
    }
  }
  return holders;
}

/** Of one type, under two clients. Each is told with the first of its type. */
function auditShared(held: readonly Holder[], findings: Findings): void {
  const firstOfType = new Map<string, Holder>();
  for (const holder of held) {
    const first = firstOfType.get(holder.credential.type);
    if (first === undefined) firstOfType.set(holder.credential.type, holder);
    else if (first.one !== holder.one) reportShared(first, holder, findings);
  }
}

function reportShared(first: Holder, { one, credential }: Holder, findings: Findings): void {
  findings.add(INVENTORY_FINDINGS.sharedCredential, {
    of: one,
    span: referencePlace(credential),
    message: `the credential \`${credential.id}\` of the client \`${one.client.id}\` is also \`${first.one.client.id}\`'s (\`${first.credential.id}\`)`,
    help: "issue one to each client, and destroy this one",
    notes: [{ message: "it stands here first", span: referencePlace(first.credential) }],
  });
}

function auditEnvironments(first: Holder, others: readonly Holder[], findings: Findings): void {
  const { environment } = first.one.client;
  for (const { one, credential } of others) {
    if (one.client.environment === environment) continue;
    findings.add(INVENTORY_FINDINGS.crossEnvironment, {
      of: one,
      span: referencePlace(credential),
      message: `the credential \`${credential.id}\` opens \`${one.client.environment}\` for \`${one.client.id}\` and \`${environment}\` for \`${first.one.client.id}\``,
      help: "issue one for each environment, and destroy this one",
      notes: [{ message: `it stands here for \`${environment}\``, span: referencePlace(first.credential) }],
    });
  }
}

function referencePlace({ data }: AuditedCredential): AuditedClient["span"] {
  const name = ["hash", "thumbprint", "value", "jwk"].find((each) => field(data, each) !== null);
  return name === undefined ? headOf(data) : placeOf(data, name);
}

function reportReuse(one: AuditedClient, findings: Findings): void {
  findings.add(INVENTORY_FINDINGS.idReuse, {
    of: one,
    span: placeOf(one.data, "id"),
    message: `\`${one.client.id}\` was the id of a client that is gone`,
    help: "give the new client an id of its own",
  });
}

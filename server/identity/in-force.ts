/**
 * The keys that let callers in, for the audit log: by names that tell an operator which they are, with marks that change where a key does
 * and say nothing of a secret.
 */
import { hash } from "node:crypto";
import type { Credential, Policy } from "../../engine/index.ts";
import type { Verifier } from "./verifier.ts";

/** Keys of one origin. */
export interface KeysInForce {
  /** {@link INVENTORY}, or the file or address that they are from. */
  readonly origin: string;
  /** The mark of each key by its name; null where they are not known now, such as before they were fetched. */
  readonly marks: ReadonlyMap<string, string> | null;
}

/** Marks a secret: the same bytes are marked alike, and whoever has the mark does not have the secret. */
export type MarkSecret = (secret: Uint8Array) => string;

/** Origin of what stands in the inventory itself. */
export const INVENTORY = "inventory";

/** All that is in force, each origin once. */
export function keysInForce(
  { clients }: Pick<Policy, "clients">,
  verifiers: readonly Verifier[],
  markSecret: MarkSecret,
): readonly KeysInForce[] {
  const byOrigin = new Map<string, KeysInForce>([[INVENTORY, ofInventory(clients)]]);
  for (const verifier of verifiers) {
    const own = verifier.inForce?.(markSecret);
    if (own !== undefined) byOrigin.set(own.origin, joined(byOrigin.get(own.origin), own));
  }
  return [...byOrigin.values()];
}

function ofInventory(clients: Policy["clients"]): KeysInForce {
  const marks = clients.flatMap(({ id, credentials }) =>
    credentials.map((credential) => [nameOfCredential(id, credential.id), markOf(credential)] as const),
  );
  return { origin: INVENTORY, marks: new Map(marks) };
}

export function nameOfCredential(client: string, id: string | null): string {
  return `${client}/${id ?? ""}`;
}

/** Written out member by member, and newer ones only where they say something, so that it is the same in all releases. */
function markOf({ type, hash: digest, issuer, value, thumbprint, jwk, issued, expires, tag }: Credential): string {
  const members = [type, digest, issuer, value, thumbprint, jwk, issued, expires, ...(tag === null ? [] : [tag])];
  return hash("sha256", JSON.stringify(members), "base64url");
}

function joined(known: KeysInForce | undefined, own: KeysInForce): KeysInForce {
  if (known === undefined || known.marks === null || own.marks === null) return own;
  return { origin: own.origin, marks: new Map([...known.marks, ...own.marks]) };
}

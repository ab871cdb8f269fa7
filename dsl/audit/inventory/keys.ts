/** Secrets and keys in the file: ID112, ID113, ID114. No message holds any part of one. */
import type { Policy, Span } from "../../../engine/index.ts";
import { field, placeOf } from "../../inventory/fields.ts";
import type { Findings } from "../collect.ts";
import type { AuditedClient, AuditedCredential, AuditedInventory } from "../records.ts";
import { INVENTORY_FINDINGS } from "../registry-inventory.ts";

/** Finds secrets that stand in the file, and keys that are too weak or too widely held. */
export function auditKeys(inventory: AuditedInventory, policy: Policy | null, findings: Findings): void {
  for (const { span, what } of inventory.secrets) {
    const of = clientAt(inventory.clients, span);
    findings.add(INVENTORY_FINDINGS.rawSecret, {
      ...(of === undefined ? {} : { of }),
      span,
      message: `${what} stands in the inventory${of === undefined ? "" : `, in the record of \`${of.client.id}\``}`,
      help: "take it out, revoke it where it was issued, and keep a hash or nothing: it is in the repository's history",
    });
  }
  const shared = sharedIssuers(inventory);
  for (const one of inventory.clients) {
    for (const credential of one.credentials) auditJwk(one, credential, shared, findings);
  }
  if (policy !== null) auditAlgorithms(policy, shared, findings);
}

/** The client in whose record a place is, by bisection: records stand one after the other. */
function clientAt(clients: readonly AuditedClient[], place: Span): AuditedClient | undefined {
  let [low, high] = [0, clients.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((clients[middle]?.span.start ?? 0) <= place.start) low = middle;
    else high = middle - 1;
  }
  const one = clients[low];
  return one !== undefined && one.span.start <= place.start && place.start < one.span.end ? one : undefined;
}

/** Issuers that vouch for more than one client, with how many. */
function sharedIssuers({ clients }: AuditedInventory): ReadonlyMap<string, number> {
  const users = new Map<string, Set<string>>();
  for (const { client, credentials } of clients) {
    for (const { issuer } of credentials) {
      if (issuer === "") continue;
      const known = users.get(issuer);
      if (known === undefined) users.set(issuer, new Set([client.id]));
      else known.add(client.id);
    }
  }
  return new Map([...users].filter(([, ids]) => ids.size > 1).map(([issuer, ids]) => [issuer, ids.size]));
}

const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "k"];

function auditJwk(
  one: AuditedClient,
  credential: AuditedCredential,
  shared: ReadonlyMap<string, number>,
  findings: Findings,
): void {
  const { jwk, data } = credential;
  const key = `the key of the credential \`${credential.id}\` of the client \`${one.client.id}\``;
  const found = PRIVATE_MEMBERS.filter((name) => jwk.has(name));
  if (found.length > 0) {
    const members = found.map((name) => `\`${name}\``).join(", ");
    const span = placeOf(field(data, "jwk") ?? data, found[0] ?? "");
    const help = "keep the public members alone, and replace the key: it is in the repository's history";
    findings.add(INVENTORY_FINDINGS.privateKey, {
      of: one,
      span,
      message: `${key} has private members: ${members}`,
      help,
    });
  }
  for (const weakness of weaknessesOf(credential, shared)) {
    const help = "use an Ed25519 or P-256 key, or RSA of 3072 bits with the exponent 65537";
    findings.add(INVENTORY_FINDINGS.weakKey, {
      of: one,
      span: placeOf(data, "jwk"),
      message: `${key} ${weakness}`,
      help,
    });
  }
}

const RSA_BITS = 2_048;
const RSA_EXPONENT = 65_537n;
const HMAC_BYTES = 32;

/** What is weak about a key, each as the second half of a sentence. */
function weaknessesOf({ jwk, issuer }: AuditedCredential, shared: ReadonlyMap<string, number>): readonly string[] {
  const found: string[] = [];
  const [modulus, exponent, secret] = ["n", "e", "k"].map((name) => bytesOf(jwk.get(name)));
  const alg = jwk.get("alg") ?? "";
  if (modulus != null && bitLength(modulus) < RSA_BITS) found.push(`is RSA of ${bitLength(modulus)} bits`);
  if (modulus != null && exponent != null && numberOf(exponent) < RSA_EXPONENT)
    found.push("has an exponent below 65537");
  if (secret != null && secret.length < HMAC_BYTES) found.push(`is symmetric and of ${secret.length} bytes`);
  if (alg.toLowerCase() === "none") found.push("names the algorithm `none`");
  const users = shared.get(issuer) ?? 0;
  if (/^HS\d/i.test(alg) && users > 1) found.push(`is symmetric, and ${users} clients use its issuer`);
  return found;
}

function bytesOf(text: string | undefined): Uint8Array | null {
  return text === undefined ? null : Buffer.from(text, "base64url");
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex") || "0"}`);
}

function bitLength(bytes: Uint8Array): number {
  const number = numberOf(bytes);
  return number === 0n ? 0 : number.toString(2).length;
}

/** Algorithms that the policy accepts of an issuer. */
function auditAlgorithms(policy: Policy, shared: ReadonlyMap<string, number>, findings: Findings): void {
  for (const source of policy.identity) {
    if (source.kind !== "jwt") continue;
    const users = shared.get(source.issuer) ?? 0;
    const weak = source.algorithms.filter((alg) => alg.toLowerCase() === "none" || (users > 1 && /^HS\d/i.test(alg)));
    if (weak.length === 0) continue;
    findings.add(INVENTORY_FINDINGS.weakKey, {
      span: source.span,
      message: `tokens of \`${source.issuer}\` may be signed with ${weak.join(", ")}, which ${users > 1 ? `all its ${users} clients` : "anyone"} can do`,
      help: "accept asymmetric algorithms alone: `algorithms [EdDSA, ES256]`",
    });
  }
}

/**
 * Entries and checkpoints of the audit log as data, and their hashes. An entry's hash covers the one before it, so that none can be
 * changed, taken out or put in between without all that follow; a signed checkpoint says how long the chain was and what it ended in,
 * because a chain alone does not show that its end was cut off.
 */
import { createPublicKey, hash, type KeyObject, sign, verify } from "node:crypto";

/** Who did something, what and why. */
export interface AuditEvent {
  /** `client.suspended`, `overlay.set`, `policy.reloaded` … */
  readonly event: string;
  readonly author: string;
  /** Name of the token that it was asked with; null where there was none. */
  readonly token: string | null;
  readonly role: string;
  readonly reason: string;
  /** What was changed, as JSON. */
  readonly what: Readonly<Record<string, unknown>>;
}

/** One line of the log. */
export interface AuditEntry extends AuditEvent {
  /** From 1. */
  readonly seq: number;
  /** RFC 3339, UTC. */
  readonly at: string;
  /** Hash of the entry before; of the first, 64 zeros. Hexadecimal SHA-256. */
  readonly prev: string;
  readonly hash: string;
}

export interface Checkpoint {
  readonly at: string;
  /** `seq` of the latest entry, and its hash. */
  readonly size: number;
  readonly head: string;
  /** The Ed25519 public key that signed it, as `x` of RFC 8037. */
  readonly key: string;
}

/** A checkpoint with its signature, in base64url. */
export interface SignedCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly signature: string;
}

/** What stands before the first entry. */
export const GENESIS: string = "0".repeat(64);
const ENTRY_DOMAIN = "edgepolicy.audit.v1\0";
const CHECKPOINT_DOMAIN = "edgepolicy.audit.checkpoint.v1\0";

/** JSON in its one canonical form (RFC 8785): members in the order of their UTF-16 code units, no blanks. Texts have whole characters. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "string") return JSON.stringify(value.toWellFormed());
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, member]) => `${canonical(name)}:${canonical(member)}`).join(",")}}`;
}

/** The hash of an entry, which covers everything in it but itself. */
export function hashOf(entry: Omit<AuditEntry, "hash">): string {
  return hash("sha256", `${ENTRY_DOMAIN}${canonical({ ...entry, hash: undefined })}`);
}

/** The next entry of a chain. */
export function nextEntry(event: AuditEvent, seq: number, prev: string, at: string): AuditEntry {
  const entry = { seq, at, ...event, prev };
  return { ...entry, hash: hashOf(entry) };
}

/** The public half of a signing key as a checkpoint names it. */
export function nameOfKey(key: KeyObject): string {
  const half = key.type === "public" ? key : createPublicKey(key);
  return String(half.export({ format: "jwk" }).x);
}

export function signCheckpoint(checkpoint: Checkpoint, key: KeyObject): SignedCheckpoint {
  return { checkpoint, signature: sign(null, signedBytes(checkpoint), key).toString("base64url") };
}

/** Whether a checkpoint was signed by the key that it names. */
export function isSigned({ checkpoint, signature }: SignedCheckpoint): boolean {
  try {
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: checkpoint.key }, format: "jwk" });
    const bytes = Buffer.from(signature, "base64url");
    // One signature has one text, so that no line can be changed without it showing.
    return bytes.toString("base64url") === signature && verify(null, signedBytes(checkpoint), key, bytes);
  } catch {
    return false;
  }
}

function signedBytes(checkpoint: Checkpoint): Buffer {
  return Buffer.from(`${CHECKPOINT_DOMAIN}${canonical(checkpoint)}`);
}

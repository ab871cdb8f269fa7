/** What the schemes of HMAC-signed requests have in common. */
import type { Request } from "../../../engine/index.ts";
import type { Presented } from "../verifier.ts";
import type { SecretForm } from "./secrets.ts";

/** Why a signed request is refused before any secret is tried. */
export type HmacError =
  | "malformed_signature"
  | "alg_not_allowed"
  | "created_missing"
  | "component_missing"
  | "query_ambiguous"
  | "payload_unsigned"
  | "digest_mismatch"
  | "body_not_shown"
  | "body_too_long";

/** What a request claims to be signed with. */
export interface Claim {
  /** What the request calls its key; null in schemes that do not say. */
  readonly keyId: string | null;
  /** When it says that it was signed, in microseconds since the Unix epoch. */
  readonly signedAt: number;
  /** What it was signed for, to be compared with the credential's `issuer`; null in schemes without. */
  readonly scope: string | null;
  /** The signatures that it offers, of 32 bytes each; one that is right is enough. */
  readonly signatures: readonly Uint8Array[];
  /** The signature that it should have. */
  readonly macWith: (secret: Uint8Array) => Uint8Array;
  /** Whether the same signature may come again: where two honest requests could have the same. */
  readonly repeatable: boolean;
}

/** One way of signing requests. */
export interface HmacScheme {
  /** Lower-case name of the header that the signature stands in. */
  readonly header: string;
  readonly secretForm: SecretForm;
  /** Whether requests name their key. Where they do not, every secret has to be tried. */
  readonly namesKey: boolean;
  /** Whether a value of the header is of this scheme. */
  isOffered(value: string): boolean;
  read(request: Request, presented: Presented): Claim | HmacError;
}

/** Signatures that one request may offer: senders give two while they change their secret. */
export const SIGNATURES_MAX = 8;
/** Secrets that are tried at most where requests do not name one: each takes a pass over the body. */
export const UNNAMED_SECRETS_MAX = 16;

const SECONDS = /^[0-9]{1,11}$/;

/** Unix seconds as microseconds; null for any other text. */
export function microsOf(seconds: string): number | null {
  return SECONDS.test(seconds) ? Number(seconds) * 1_000_000 : null;
}

/** The bytes of hexadecimal digits in lower case, of one length; null for any other text. */
export function hexBytes(text: string): Uint8Array | null {
  return /^[0-9a-f]{64}$/.test(text) ? Buffer.from(text, "hex") : null;
}

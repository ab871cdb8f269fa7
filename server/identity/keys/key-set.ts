/** An issuer's keys (a JWK Set, RFC 7517 §5): read as a whole or refused as a whole, and looked up by name and algorithm. */
import { algorithmName } from "../jwt/algorithms.ts";
import { parseStrictObject } from "../jwt/strict-json.ts";
import { importJwk, type VerificationKey } from "./jwk.ts";

/** Bytes of a key set, and keys in it. */
export const KEY_SET_BYTES_MAX: number = 256 * 1_024;
const KEYS_MAX = 100;

/** Keys that do. */
export class KeySet {
  readonly keys: readonly VerificationKey[];
  /** Why keys of the set were left out, one sentence each. */
  readonly left: readonly string[];

  constructor(keys: readonly VerificationKey[], left: readonly string[]) {
    this.keys = keys;
    this.left = left;
  }

  /**
   * The one key for a token.
   *
   * @param kid - As the token's header names it, or null.
   * @param rsaDefault - The algorithm of RSA keys that name none.
   */
  find(kid: string | null, alg: string, rsaDefault: string | null): VerificationKey | "unknown_key" | "key_ambiguous" {
    const wanted = algorithmName(alg);
    let found: VerificationKey | null = null;
    for (const key of this.keys) {
      if ((kid !== null && key.kid !== kid) || (key.alg ?? rsaDefault) !== wanted) continue;
      if (found !== null) return "key_ambiguous";
      found = key;
    }
    return found ?? "unknown_key";
  }
}

/**
 * Reads a key set. A key that `before` has too stays the same object, so that what was verified by it still is.
 *
 * @returns What is wrong with the set as a whole, as a sentence, where it is refused.
 */
export function readKeySet(bytes: Uint8Array, before: KeySet | null = null): KeySet | string {
  if (bytes.length > KEY_SET_BYTES_MAX) return `it has more than ${KEY_SET_BYTES_MAX} bytes`;
  const listed = parseStrictObject(bytes)?.["keys"];
  if (!Array.isArray(listed)) return "it is no JSON object with an array `keys`";
  if (listed.length > KEYS_MAX) return `it has ${listed.length} keys, more than ${KEYS_MAX}`;
  const keys: VerificationKey[] = [];
  const left: string[] = [];
  for (const [index, jwk] of listed.entries()) {
    const read =
      typeof jwk === "object" && jwk !== null ? importJwk(jwk as Record<string, unknown>) : "it is no object";
    if (typeof read === "string") left.push(`key ${index + 1}${nameOf(jwk)} is left out: ${read}`);
    else keys.push(before?.keys.find((known) => isSame(known, read)) ?? read);
  }
  const twice = keys.find((key, index) => key.kid !== null && keys.findIndex((other) => clashes(key, other)) !== index);
  if (twice !== undefined) return `two of its keys are named \`${twice.kid}\` for one algorithm`;
  return keys.length === 0
    ? `none of its keys can be used${left.length === 0 ? "" : ` (${left.join("; ")})`}`
    : new KeySet(keys, left);
}

function nameOf(jwk: unknown): string {
  const kid = typeof jwk === "object" && jwk !== null ? (jwk as Record<string, unknown>)["kid"] : null;
  return typeof kid === "string" ? ` (\`${kid.slice(0, 64).replace(/[\p{Cc}\u2028\u2029]/gu, "?")}\`)` : "";
}

function isSame(a: VerificationKey, b: VerificationKey): boolean {
  return a.thumbprint === b.thumbprint && a.kid === b.kid && a.alg === b.alg;
}

/** Two keys of one name, of which a token could mean either. */
function clashes(a: VerificationKey, b: VerificationKey): boolean {
  return a.kid === b.kid && (a.alg === b.alg || (isRsa(a) && isRsa(b) && (a.alg === null || b.alg === null)));
}

function isRsa({ key }: VerificationKey): boolean {
  return key.asymmetricKeyType === "rsa";
}

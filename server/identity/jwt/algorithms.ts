/**
 * Signature algorithms of tokens and how they are verified: RFC 7518 §3 and RFC 8037, with the names of RFC 9864. All are asymmetric;
 * with a shared secret whoever verifies can forge.
 */
import { constants, type KeyObject, verify, type VerifyKeyObjectInput } from "node:crypto";

/** How an algorithm verifies. */
export interface Algorithm {
  readonly kty: "RSA" | "EC" | "OKP";
  /** Null for RSA. */
  readonly curve: string | null;
  /** Null where the algorithm hashes by itself. */
  readonly digest: "sha256" | "sha384" | "sha512" | null;
  readonly pss: boolean;
}

const rsa = (digest: Algorithm["digest"], pss: boolean): Algorithm => ({
  kty: "RSA",
  curve: null,
  digest,
  pss,
});
const ec = (curve: string, digest: Algorithm["digest"]): Algorithm => ({
  kty: "EC",
  curve,
  digest,
  pss: false,
});
const ED25519: Algorithm = { kty: "OKP", curve: "Ed25519", digest: null, pss: false };

/** By the exact `alg`. */
export const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map([
  ["ES256", ec("P-256", "sha256")],
  ["ES384", ec("P-384", "sha384")],
  ["ES512", ec("P-521", "sha512")],
  ["Ed25519", ED25519],
  ["EdDSA", ED25519],
  ["PS256", rsa("sha256", true)],
  ["PS384", rsa("sha384", true)],
  ["PS512", rsa("sha512", true)],
  ["RS256", rsa("sha256", false)],
  ["RS384", rsa("sha384", false)],
  ["RS512", rsa("sha512", false)],
]);

/** `EdDSA` and `Ed25519` are one algorithm; the second name says which. */
export function algorithmName(alg: string): string {
  return alg === "EdDSA" ? "Ed25519" : alg;
}

/** Whether `signature` is one of `text` by the private half of `key`, which must be of the algorithm's kind. Never throws. */
export function isSignedBy(algorithm: Algorithm, key: KeyObject, text: string, signature: Uint8Array): boolean {
  const { digest, pss, kty } = algorithm;
  const input: VerifyKeyObjectInput = { key };
  // RFC 7518 §3.4: both halves one after the other, and no DER.
  if (kty === "EC") input.dsaEncoding = "ieee-p1363";
  if (kty === "RSA") input.padding = pss ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  // RFC 7518 §3.5: the salt is as long as the hash.
  if (pss) input.saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
  try {
    return verify(digest, Buffer.from(text, "latin1"), input, signature);
  } catch {
    return false;
  }
}

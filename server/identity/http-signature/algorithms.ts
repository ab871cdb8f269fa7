/** The signature algorithms of RFC 9421 §3.3 that a holder of the public key alone cannot forge. A key has exactly one. */
import { constants, type KeyObject, verify } from "node:crypto";
import { publicKeyOf, SECRET_MEMBERS, weaknessOf } from "../keys/jwk.ts";

export type Algorithm = "ed25519" | "ecdsa-p256-sha256" | "ecdsa-p384-sha384" | "rsa-pss-sha512" | "rsa-v1_5-sha256";

export type Jwk = Readonly<Record<string, unknown>>;

/** A public key and the algorithm that it is for. */
export interface PublicKey {
  readonly key: KeyObject;
  readonly algorithm: Algorithm;
}

/** By key type, curve and the JWK's `alg`, which tells RSA keys apart and has to fit the others. */
const BY_KEY: Readonly<Record<string, Algorithm>> = {
  "OKP Ed25519": "ed25519",
  "OKP Ed25519 Ed25519": "ed25519",
  "OKP Ed25519 EdDSA": "ed25519",
  "EC P-256": "ecdsa-p256-sha256",
  "EC P-256 ES256": "ecdsa-p256-sha256",
  "EC P-384": "ecdsa-p384-sha384",
  "EC P-384 ES384": "ecdsa-p384-sha384",
  RSA: "rsa-pss-sha512",
  "RSA PS512": "rsa-pss-sha512",
  "RSA RS256": "rsa-v1_5-sha256",
};

/** Reads a JWK (RFC 7517); a text says why it is not taken. */
export function readPublicKey(jwk: Jwk): PublicKey | string {
  const secret = SECRET_MEMBERS.find((member) => member in jwk);
  if (secret !== undefined) return `has the private member \`${secret}\`: only the public key belongs here`;
  if (jwk["use"] !== undefined && jwk["use"] !== "sig") return "is not for signatures (`use`)";
  const kind = kindOf(jwk);
  const algorithm = Object.hasOwn(BY_KEY, kind) ? BY_KEY[kind] : undefined;
  if (algorithm === undefined) return `is no key for HTTP message signatures (\`${kind.slice(0, 60)}\`)`;
  const key = publicKeyOf(jwk);
  if (key === null) return "cannot be read";
  const weakness = weaknessOf(key, jwk);
  return weakness === null ? { key, algorithm } : `is weak: ${weakness}`;
}

/** Key type, curve and algorithm, as far as they are texts. */
function kindOf(jwk: Jwk): string {
  const members = [jwk["kty"], jwk["crv"], jwk["alg"]];
  return members
    .map((member) => (typeof member === "string" ? `${member} ` : ""))
    .join("")
    .trim();
}

/** Whether `signature` is that of `text`. */
export function isSignatureOf(text: string, signature: Uint8Array, { key, algorithm }: PublicKey): boolean {
  const bytes = Buffer.from(text, "latin1");
  try {
    switch (algorithm) {
      case "ed25519":
        return verify(null, bytes, key, signature);
      case "ecdsa-p256-sha256":
        return verify("sha256", bytes, { key, dsaEncoding: "ieee-p1363" }, signature);
      case "ecdsa-p384-sha384":
        return verify("sha384", bytes, { key, dsaEncoding: "ieee-p1363" }, signature);
      case "rsa-pss-sha512":
        return verify("sha512", bytes, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 }, signature);
      case "rsa-v1_5-sha256":
        return verify("sha256", bytes, { key, padding: constants.RSA_PKCS1_PADDING }, signature);
    }
  } catch {
    return false;
  }
}

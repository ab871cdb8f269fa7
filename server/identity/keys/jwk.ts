/** Public keys (RFC 7517) that may verify a token: what is too weak, secret, or meant for something else is left out, and why is said. */
import { createPublicKey, hash, type KeyObject } from "node:crypto";
import { ALGORITHMS, algorithmName } from "../jwt/algorithms.ts";
import { isOfSmallOrder } from "./small-order.ts";

/** A key and what it may verify. */
export interface VerificationKey {
  readonly kid: string | null;
  /** The one algorithm it is for; null for an RSA key that does not say, whose source decides. */
  readonly alg: string | null;
  readonly key: KeyObject;
  /** Of RFC 7638, as base64url. */
  readonly thumbprint: string;
}

/** RFC 8725bis §3.5 and NIST SP 800-131A. */
const RSA_BITS_MIN = 2_048;
/** Verifying with longer ones takes a caller's work out of proportion. */
const RSA_BITS_MAX = 8_192;
const RSA_EXPONENT_MIN = 65_537n;
const RSA_EXPONENT_MAX = 2n ** 33n;
/** A name as long as a token can state one (`jwt/header.ts`), which is written to logs and so stays on its line. */
const NAME = /^[^\p{Cc}\u2028\u2029]{1,256}$/u;
/** Members of private keys and of secrets. */
export const SECRET_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] as const;
/** Members that make the key, in the order of RFC 7638 §3.2. */
const REQUIRED: ReadonlyMap<unknown, readonly string[]> = new Map([
  ["EC", ["crv", "kty", "x", "y"]],
  ["OKP", ["crv", "kty", "x"]],
  ["RSA", ["e", "kty", "n"]],
]);
const CURVE_ALGORITHMS: ReadonlyMap<string, string> = new Map([
  ["P-256", "ES256"],
  ["P-384", "ES384"],
  ["P-521", "ES512"],
  ["Ed25519", "Ed25519"],
]);

/** The key, or why it verifies nothing. */
export function importJwk(jwk: Readonly<Record<string, unknown>>): VerificationKey | string {
  const { kty, kid, use, alg } = jwk;
  if (kty === "oct") return "it is a shared secret";
  if (isPrivate(jwk)) return "it is private: whoever published it must replace it";
  if (use !== undefined && use !== "sig") return "it is not for signatures";
  if (!mayVerify(jwk["key_ops"])) return "it is not for verifying";
  if (kid !== undefined && (typeof kid !== "string" || !NAME.test(kid))) return "its `kid` is no name";
  const members = publicMembers(jwk);
  if (members === null) return "it is no RSA, EC or OKP key with all of its members";
  const own = ownAlgorithm(members, alg);
  if (own === undefined) return "it is of an algorithm that is not used here";
  const key = publicKeyOf(members);
  if (key === null) return "its members make no key";
  return weaknessOf(key, members) ?? { kid: kid ?? null, alg: own, key, thumbprint: thumbprintOf(members) };
}

/** Whether a key brings a part that nobody but its holder may have. */
export function isPrivate(jwk: Readonly<Record<string, unknown>>): boolean {
  return SECRET_MEMBERS.some((name) => Object.hasOwn(jwk, name));
}

/** RFC 7638 thumbprint of a public key's required members; null where they are not all there. */
export function jwkThumbprint(jwk: Readonly<Record<string, unknown>>): string | null {
  const members = publicMembers(jwk);
  return members === null ? null : thumbprintOf(members);
}

function thumbprintOf(members: Readonly<Record<string, string>>): string {
  return hash("sha256", JSON.stringify(members), "base64url");
}

function mayVerify(operations: unknown): boolean {
  return operations === undefined || (Array.isArray(operations) && operations.includes("verify"));
}

function publicMembers(jwk: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> | null {
  const names = REQUIRED.get(jwk["kty"]);
  const members: Record<string, string> = {};
  for (const name of names ?? []) {
    const value = jwk[name];
    if (typeof value !== "string" || value === "") return null;
    members[name] = value;
  }
  return names === undefined ? null : members;
}

/** Undefined where the key is of no algorithm that is used here, or says one that is not its own. */
function ownAlgorithm(members: Readonly<Record<string, string>>, alg: unknown): string | null | undefined {
  const stated = typeof alg === "string" ? algorithmName(alg) : undefined;
  if (alg !== undefined && stated === undefined) return undefined;
  const ofCurve = CURVE_ALGORITHMS.get(members["crv"] ?? "");
  if (members["kty"] !== "RSA") return stated === undefined || stated === ofCurve ? ofCurve : undefined;
  if (stated === undefined) return null;
  return ALGORITHMS.get(stated)?.kty === "RSA" ? stated : undefined;
}

/** A JWK's public key; null where its members make none. */
export function publicKeyOf(jwk: Readonly<Record<string, unknown>>): KeyObject | null {
  try {
    return createPublicKey({ key: { ...jwk }, format: "jwk" });
  } catch {
    return null;
  }
}

/** Why nothing is to be verified by a public key of this JWK, or null. */
export function weaknessOf(key: KeyObject, { kty, x }: Readonly<Record<string, unknown>>): string | null {
  if (kty === "RSA") return weaknessOfRsa(key);
  return kty === "OKP" && isOfSmallOrder(String(x)) ? "it is a point of small order, for which anybody can sign" : null;
}

function weaknessOfRsa(key: KeyObject): string | null {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < RSA_BITS_MIN) return `it has ${modulusLength} bits, and ${RSA_BITS_MIN} are needed`;
  if (modulusLength > RSA_BITS_MAX) return `it has ${modulusLength} bits, more than ${RSA_BITS_MAX}`;
  const fits = publicExponent >= RSA_EXPONENT_MIN && publicExponent < RSA_EXPONENT_MAX && publicExponent % 2n === 1n;
  return fits ? null : `its exponent is ${publicExponent}, and an odd one from ${RSA_EXPONENT_MIN} is needed`;
}

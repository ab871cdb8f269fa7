/** The header of a token (RFC 7515 §4). A key comes from the issuer's set and never from the token, so a header that brings one is refused. */
import type { TokenProblem } from "./problem.ts";

/** What a header says. */
export interface TokenHeader {
  readonly alg: string;
  /** Used as the exact name of a key and as nothing else. */
  readonly kid: string | null;
  /** In lower case, without `application/` (RFC 7515 §4.1.9). */
  readonly typ: string | null;
}

const KEY_ID_LENGTH_MAX = 256;
/** Ways to bring or point at a key. */
const KEY_MATERIAL = ["jwk", "jku", "x5u", "x5c"] as const;
/** Members of encrypted and compressed tokens (RFC 7516 §4.1). */
const ENCRYPTION = ["enc", "zip"] as const;

/** @param bringsKey - Whether it is a proof of possession, whose `jwk` is the key that it proves (RFC 9449 §4.2). */
export function readHeader(members: Readonly<Record<string, unknown>>, bringsKey: boolean): TokenHeader | TokenProblem {
  const { alg, kid, typ } = members;
  // No extension is understood, and `b64` (RFC 7797) is one.
  if (Object.hasOwn(members, "crit") || Object.hasOwn(members, "b64")) return "crit_unknown";
  for (const name of KEY_MATERIAL) {
    if (Object.hasOwn(members, name) && !(bringsKey && name === "jwk")) return "header_key_material";
  }
  if (ENCRYPTION.some((name) => Object.hasOwn(members, name))) return "not_jws";
  if (typeof alg !== "string" || !isAbsentOrText(kid) || !isAbsentOrText(typ)) return "malformed_token";
  if (kid !== undefined && (kid === "" || kid.length > KEY_ID_LENGTH_MAX)) return "malformed_token";
  return { alg, kid: kid ?? null, typ: typ === undefined ? null : typ.toLowerCase().replace(/^application\//, "") };
}

function isAbsentOrText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

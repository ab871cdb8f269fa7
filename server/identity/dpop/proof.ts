/**
 * DPoP proofs (RFC 9449): a small token that the caller signs anew for each request, with the key that its access token is bound to. The
 * numbers are those of the checks of §4.3; the first (one header alone) is made where headers are read.
 */
import { hash, type KeyObject } from "node:crypto";
import { ALGORITHMS, isSignedBy } from "../jwt/algorithms.ts";
import { type CompactToken, readCompact } from "../jwt/compact.ts";
import { readHeader } from "../jwt/header.ts";
import { importJwk, isPrivate, jwkThumbprint } from "../keys/jwk.ts";
import { addressOf, normaliseHtu } from "./htu.ts";
import type { Nonces } from "./nonces.ts";
import type { Replays } from "./replays.ts";

/** Why a proof was refused. */
export type ProofProblem = "cnf_mismatch" | "nonce_required" | "replayed";

/** What a proof must be about. */
export interface ProofSubject {
  readonly method: string;
  /** The request's target as received. */
  readonly target: string;
  readonly origins: readonly string[];
  /** The access token, whose hash the proof names. */
  readonly token: string;
  /** `cnf.jkt` of the access token. */
  readonly jkt: string;
}

export interface ProofParts {
  readonly replays: Replays;
  /** Null where proofs need none. */
  readonly nonces: Nonces | null;
  readonly skewSeconds: number;
}

/** How old a proof may be. */
export const PROOF_SECONDS = 300;
/** Characters of a proof's id. */
const ID_LENGTH_MAX = 256;
/** Keys remembered by thumbprint; past this the memory is emptied. */
const KEYS_MAX = 10_000;

export class Proofs {
  readonly #parts: ProofParts;
  readonly #keys = new Map<string, KeyObject>();

  constructor(parts: ProofParts) {
    this.#parts = parts;
  }

  /** Why `proof` does not prove that the token's key signed this request; null if it does, and then it does so once. */
  problemOf(proof: string, subject: ProofSubject, nowSeconds: number): ProofProblem | null {
    // 2, 3, and the form of 5 and 7
    const token = readCompact(proof);
    if (typeof token === "string" || !this.#isSigned(token, subject.jkt)) return "cnf_mismatch";
    const { jti, htm, htu, iat, ath, nonce } = token.payload;
    if (typeof jti !== "string" || jti === "" || jti.length > ID_LENGTH_MAX) return "cnf_mismatch";
    // 8 and 9
    const address = htm === subject.method && typeof htu === "string" ? matching(htu, subject) : null;
    if (address === null) return "cnf_mismatch";
    // 12
    if (ath !== hash("sha256", subject.token, "base64url")) return "cnf_mismatch";
    // 10 and 11
    const { nonces, replays } = this.#parts;
    if (nonces !== null && !nonces.accepts(nonce, nowSeconds)) return "nonce_required";
    if (!this.#isRecent(iat, nowSeconds)) return "cnf_mismatch";
    return replays.take(subject.jkt, subject.method, address, jti, nowSeconds) ? null : "replayed";
  }

  /** 4, 5, 6, 7 and 12: a signature by the key that the header brings, which is the one that the access token is bound to. */
  #isSigned({ header, text, signedLength, signature }: CompactToken, jkt: string): boolean {
    const read = readHeader(header, true);
    if (typeof read === "string" || read.typ !== "dpop+jwt") return false;
    const algorithm = ALGORITHMS.get(read.alg);
    const key = algorithm === undefined ? null : this.#keyOf(header["jwk"], jkt, algorithm.curve);
    if (algorithm === undefined || key === null || algorithm.kty !== kindOf(key)) return false;
    return isSignedBy(algorithm, key, text.slice(0, signedLength), signature);
  }

  #keyOf(jwk: unknown, jkt: string, curve: string | null): KeyObject | null {
    if (typeof jwk !== "object" || jwk === null) return null;
    const members = jwk as Readonly<Record<string, unknown>>;
    if (isPrivate(members) || jwkThumbprint(members) !== jkt) return null;
    if (curve !== null && members["crv"] !== curve) return null;
    const known = this.#keys.get(jkt);
    if (known !== undefined) return known;
    const read = importJwk({ ...members, use: undefined, key_ops: undefined, kid: undefined, alg: undefined });
    if (typeof read === "string") return null;
    if (this.#keys.size >= KEYS_MAX) this.#keys.clear();
    this.#keys.set(jkt, read.key);
    return read.key;
  }

  #isRecent(iat: unknown, nowSeconds: number): boolean {
    if (typeof iat !== "number" || !Number.isSafeInteger(iat)) return false;
    return iat <= nowSeconds + this.#parts.skewSeconds && nowSeconds - iat <= PROOF_SECONDS;
  }
}

/** The address of the request in its one spelling, where `htu` is one of it. */
function matching(htu: string, { origins, target }: ProofSubject): string | null {
  const named = normaliseHtu(htu);
  if (named === null) return null;
  return origins.some((origin) => addressOf(origin, target) === named) ? named : null;
}

function kindOf(key: KeyObject): "RSA" | "EC" | "OKP" {
  if (key.asymmetricKeyType === "rsa") return "RSA";
  return key.asymmetricKeyType === "ec" ? "EC" : "OKP";
}

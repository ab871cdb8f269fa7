/**
 * DPoP proofs (RFC 9449): a small token that the caller signs anew for each request, with the key that its access token is bound to. The
 * numbers are those of the checks of §4.3; the first (one header alone) is made where headers are read. Whose key it is, is looked at
 * before the signature is, which takes the most time.
 */
import { hash, type KeyObject } from "node:crypto";
import { ALGORITHMS, isSignedBy } from "../jwt/algorithms.ts";
import { type CompactToken, readCompact } from "../jwt/compact.ts";
import { readHeader } from "../jwt/header.ts";
import { importJwk, isPrivate, jwkThumbprint } from "../keys/jwk.ts";
import { addressOf, normaliseHtu } from "./htu.ts";
import type { ReplayStore } from "../../replay/replay-store.ts";
import type { Nonces } from "./nonces.ts";

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
  readonly replays: ReplayStore;
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

/** What a proof failed, by the numbers of the checks. */
const DEFECTS = [
  /** 2, 3: no token that is well formed, or without a claim. */
  "form",
  /** 4 */
  "typ",
  /** 5 */
  "alg",
  /** 7, 12: no public key, or not the one that the access token is bound to. */
  "key",
  /** 6 */
  "signature",
  /** 8 */
  "htm",
  /** 9 */
  "htu",
  /** 10 */
  "nonce",
  /** 11 */
  "iat",
  /** 12 */
  "ath",
  /** Shown before, or no room to remember it. */
  "jti",
] as const;
type Defect = (typeof DEFECTS)[number];

/** Verifies DPoP proofs (RFC 9449 §4.3), each of which is taken once. */
export class Proofs {
  /** Proofs refused, by what they failed: the caller is not told, and an operator has to find a wrong origin or clock. */
  readonly refused: Map<Defect, number> = new Map(DEFECTS.map((defect) => [defect, 0]));
  readonly #parts: ProofParts;
  readonly #keys = new Map<string, KeyObject>();

  constructor(parts: ProofParts) {
    this.#parts = parts;
  }

  /** Why `proof` does not prove that the token's key signed this request; null if it does, and then it does so once. */
  problemOf(proof: string, subject: ProofSubject, nowSeconds: number): ProofProblem | null {
    const defect = this.#defectOf(proof, subject, nowSeconds);
    if (defect === null) return null;
    this.refused.set(defect, (this.refused.get(defect) ?? 0) + 1);
    if (defect === "nonce") return "nonce_required";
    return defect === "jti" ? "replayed" : "cnf_mismatch";
  }

  #defectOf(proof: string, subject: ProofSubject, nowSeconds: number): Defect | null {
    const token = readCompact(proof);
    if (typeof token === "string") return "form";
    const unsigned = this.#signatureDefect(token, subject.jkt);
    if (unsigned !== null) return unsigned;
    const { jti, htm, htu, iat, ath, nonce } = token.payload;
    if (typeof jti !== "string" || jti === "" || jti.length > ID_LENGTH_MAX) return "form";
    if (htm !== subject.method) return "htm";
    const address = matching(htu, subject);
    if (address === null) return "htu";
    if (ath !== hash("sha256", subject.token, "base64url")) return "ath";
    const { nonces, replays } = this.#parts;
    if (nonces !== null && !nonces.accepts(nonce, nowSeconds)) return "nonce";
    if (!this.#isRecent(iat, nowSeconds)) return "iat";
    // No method and no address has this character.
    const name = `${subject.method}\0${address}\0${jti}`;
    const use = replays.use(subject.jkt, name, (iat + PROOF_SECONDS) * 1_000, nowSeconds * 1_000);
    return use === "first" ? null : "jti";
  }

  /** The key that the header brings must be the one that the access token is bound to, and have signed. */
  #signatureDefect({ header, text, signedLength, signature }: CompactToken, jkt: string): Defect | null {
    const read = readHeader(header, true);
    if (typeof read === "string") return "form";
    if (read.typ !== "dpop+jwt") return "typ";
    const algorithm = ALGORITHMS.get(read.alg);
    if (algorithm === undefined) return "alg";
    const key = this.#keyOf(header["jwk"], jkt, algorithm.curve);
    if (key === null) return "key";
    if (algorithm.kty !== kindOf(key)) return "alg";
    return isSignedBy(algorithm, key, text.slice(0, signedLength), signature) ? null : "signature";
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

  #isRecent(iat: unknown, nowSeconds: number): iat is number {
    if (typeof iat !== "number" || !Number.isSafeInteger(iat)) return false;
    return iat <= nowSeconds + this.#parts.skewSeconds && nowSeconds - iat <= PROOF_SECONDS;
  }
}

/** The address of the request in its one spelling, where `htu` is one of it. */
function matching(htu: unknown, { origins, target }: ProofSubject): string | null {
  const named = typeof htu === "string" ? normaliseHtu(htu) : null;
  if (named === null) return null;
  return origins.some((origin) => addressOf(origin, target) === named) ? named : null;
}

function kindOf(key: KeyObject): "RSA" | "EC" | "OKP" {
  if (key.asymmetricKeyType === "rsa") return "RSA";
  return key.asymmetricKeyType === "ec" ? "EC" : "OKP";
}

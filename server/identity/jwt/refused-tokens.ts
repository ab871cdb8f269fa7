/**
 * Tokens that were refused after their signature was looked at, which takes most of the time: a client that asks again and again with one
 * that has expired, or is for somebody else, then costs a look-up. Other texts push none out that verify: those are remembered elsewhere.
 */
import type { VerificationKey } from "../keys/jwk.ts";
import type { KeySet } from "../keys/key-set.ts";
import type { TokenProblem } from "./problem.ts";

/** Refused tokens of one source; past that the oldest makes room. */
const REFUSED_MAX = 1_024;
/** What passes with time. */
const PASSING: ReadonlySet<TokenProblem> = new Set<TokenProblem>(["not_yet_valid", "issued_in_future"]);

interface Refused {
  readonly problem: TokenProblem;
  /** By which it did not verify, or did. */
  readonly key: VerificationKey;
  readonly atSeconds: number;
}

export class RefusedTokens {
  /** By SHA-256 of the token. */
  readonly #refused = new Map<string, Refused>();

  /** How many are remembered. */
  get size(): number {
    return this.#refused.size;
  }

  /** Why a token would be refused again, while its key is in force and time has not been set back; else null. */
  problemOf(digest: string, keys: KeySet | null, nowSeconds: number): TokenProblem | null {
    const known = this.#refused.get(digest);
    if (known === undefined || nowSeconds < known.atSeconds) return null;
    return keys?.keys.includes(known.key) === true ? known.problem : null;
  }

  add(digest: string, problem: TokenProblem, key: VerificationKey, nowSeconds: number): void {
    if (PASSING.has(problem)) return;
    if (this.#refused.size >= REFUSED_MAX) {
      const [oldest = ""] = this.#refused.keys();
      this.#refused.delete(oldest);
    }
    this.#refused.set(digest, { problem, key, atSeconds: nowSeconds });
  }
}

/**
 * Tokens that are refused although they verify. Asked after every cache and on every request, and by what a token says (its id, key,
 * issuer, subject, client) and never by its text: one token has several texts that all verify.
 */

/** What of a verified token can be revoked. Times are seconds since the Unix epoch. */
export interface TokenFacts {
  readonly issuer: string;
  /** `jti`; null where the issuer gives none. */
  readonly id: string | null;
  /** Name and RFC 7638 thumbprint of the key that signed it. */
  readonly keyId: string | null;
  readonly keyThumbprint: string;
  /** `sub`. */
  readonly subject: string | null;
  /** Id of the inventory's client that it names. */
  readonly client: string;
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** Why a token is refused that verifies. */
export type Revocation = "revoked_token" | "revoked_credential" | "revoked_key" | "revocation_unavailable";

/** Says of each verified token whether it is revoked. Asked on the synchronous path: it neither waits nor throws. */
export interface Revocations {
  denied(token: TokenFacts): Revocation | null;
}

/** Token ids that are held; one more is not taken, and whoever revokes it is told. */
const TOKENS_MAX = 100_000;

/** Revocations in memory. What is revoked stays so: nothing is evicted, and the id of a token goes when the token has ended. */
export class RevocationList implements Revocations {
  /** When the token ends, in seconds, by issuer and id. */
  readonly #tokens = new Map<string, number>();
  readonly #issuers = new Set<string>();
  readonly #keys = new Set<string>();
  readonly #subjects = new Set<string>();
  /** By client: tokens issued before are revoked. */
  readonly #notBefore = new Map<string, number>();

  /**
   * @param nowSeconds - Now, by which ids of tokens that have ended make room.
   * @returns False where there is no room: revoke something wider, such as the client's tokens until now.
   */
  revokeToken(issuer: string, id: string, expiresAt: number, nowSeconds: number): boolean {
    if (this.#tokens.size >= TOKENS_MAX) this.#dropEnded(nowSeconds);
    if (this.#tokens.size >= TOKENS_MAX) return false;
    this.#tokens.set(pair(issuer, id), expiresAt);
    return true;
  }

  /** @param key - The `kid`, or the RFC 7638 thumbprint. */
  revokeKey(issuer: string, key: string): void {
    this.#keys.add(pair(issuer, key));
  }

  revokeIssuer(issuer: string): void {
    this.#issuers.add(issuer);
  }

  revokeSubject(issuer: string, subject: string): void {
    this.#subjects.add(pair(issuer, subject));
  }

  /** Revokes what was issued to a client before `seconds`. A later time replaces an earlier one, never the other way round. */
  refuseIssuedBefore(client: string, seconds: number): void {
    this.#notBefore.set(client, Math.max(seconds, this.#notBefore.get(client) ?? 0));
  }

  denied(token: TokenFacts): Revocation | null {
    const { issuer, id, keyId, keyThumbprint, subject } = token;
    if (this.#issuers.has(issuer)) return "revoked_key";
    if (this.#keys.size > 0 && this.#hasKey(issuer, keyId, keyThumbprint)) return "revoked_key";
    if (this.#tokens.size > 0 && id !== null && this.#tokens.has(pair(issuer, id))) return "revoked_token";
    if (this.#subjects.size > 0 && subject !== null && this.#subjects.has(pair(issuer, subject)))
      return "revoked_credential";
    const notBefore = this.#notBefore.get(token.client);
    return notBefore !== undefined && token.issuedAt < notBefore ? "revoked_credential" : null;
  }

  #hasKey(issuer: string, keyId: string | null, thumbprint: string): boolean {
    return this.#keys.has(pair(issuer, thumbprint)) || (keyId !== null && this.#keys.has(pair(issuer, keyId)));
  }

  #dropEnded(nowSeconds: number): void {
    for (const [key, expiresAt] of this.#tokens) if (expiresAt < nowSeconds) this.#tokens.delete(key);
  }
}

/** An issuer has no line break, so no two pairs are one text. */
function pair(issuer: string, name: string): string {
  return `${issuer}\n${name}`;
}

/**
 * What is revoked while the server runs: ids of tokens, signing keys, issuers, subjects, the credentials of a client issued so far, and
 * credentials of the inventory. Asked of every verified credential on every request, after every cache; it neither waits nor throws. A
 * token is told by what it says and never by its text: one token has several texts that all verify.
 */
import type { Request, RequestCredential } from "../../engine/index.ts";
import type { Finding, Identity, Verifier } from "./verifier.ts";

/**
 * What is revoked. `jti`, `kid` and `subject` are an issuer's; `issuer` is one; `client` are the credentials of a client that were issued
 * before a time; `key` is the id of a credential of the inventory.
 */
export type RevocationKind = "client" | "issuer" | "jti" | "key" | "kid" | "subject";

export interface RevocationRecord {
  readonly kind: RevocationKind;
  /** Empty for `client`, `issuer` and `key`. */
  readonly issuer: string;
  readonly name: string;
  /** Of a `client`: microseconds since the Unix epoch; what was issued before is revoked. Else null. */
  readonly beforeMicros: number | null;
  readonly author: string;
  readonly reason: string;
  readonly setMicros: number;
  readonly endsMicros: number;
}

/** What of a verified token can be revoked. Times are seconds since the Unix epoch. */
export interface TokenFacts {
  readonly issuer: string;
  /** `jti`; null where the issuer gives none. */
  readonly id: string | null;
  /** Name and RFC 7638 thumbprint of the key that signed it; null where they are not known. */
  readonly keyId: string | null;
  readonly keyThumbprint: string | null;
  /** `sub`. */
  readonly subject: string | null;
  /** Id of the inventory's client that it names. */
  readonly client: string;
  readonly issuedAt: number;
}

/** Why a credential is refused that verifies. */
export type Revocation = "revoked_credential" | "revoked_key" | "revoked_token";

const NO_PASSES: Request["passes"] = Object.freeze([]);

export class Revocations {
  readonly #now: () => number;
  readonly #records = new Map<string, RevocationRecord>();

  /** @param now - Microseconds since the Unix epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get all(): readonly RevocationRecord[] {
    return [...this.#records.values()];
  }

  get size(): number {
    return this.#records.size;
  }

  get(kind: RevocationKind, issuer: string, name: string): RevocationRecord | null {
    return this.#records.get(keyOf(kind, issuer, name)) ?? null;
  }

  /** Takes one up, in place of the one of the same. Whoever keeps them sees to their number. */
  put(record: RevocationRecord): void {
    const key = keyOf(record.kind, record.issuer, record.name);
    this.#records.delete(key);
    this.#records.set(key, record);
  }

  remove(kind: RevocationKind, issuer: string, name: string): void {
    this.#records.delete(keyOf(kind, issuer, name));
  }

  /** Takes these up and no others. */
  replace(records: readonly RevocationRecord[]): void {
    this.#records.clear();
    for (const record of records) this.put(record);
  }

  /** Lets go of what has ended by `nowMicros`. */
  sweep(nowMicros: number): void {
    for (const [key, { endsMicros }] of this.#records) if (endsMicros <= nowMicros) this.#records.delete(key);
  }

  /** Why a verified token is refused, or null. */
  denied(token: TokenFacts): Revocation | null {
    if (this.#records.size === 0) return null;
    const { issuer, id, keyId, keyThumbprint, subject, client, issuedAt } = token;
    if (this.#has("issuer", "", issuer)) return "revoked_key";
    if (this.#hasKey(issuer, keyThumbprint) || this.#hasKey(issuer, keyId)) return "revoked_key";
    if (id !== null && this.#has("jti", issuer, id)) return "revoked_token";
    if (subject !== null && this.#has("subject", issuer, subject)) return "revoked_credential";
    return this.#isBefore(client, issuedAt * 1e6) ? "revoked_credential" : null;
  }

  /**
   * Why a client is refused that was identified by a credential of the inventory, or by a token with these claims; or null. A credential
   * of which it is not known when it was issued is not newer than anything.
   */
  deniedClient({ client, credential, claims }: Pick<Identity, "client" | "credential" | "claims">): Revocation | null {
    if (this.#records.size === 0) return null;
    return this.#deniedKey(credential) ?? this.#deniedClaims(client, credential, claims);
  }

  /** Makes a request nobody's whose caller was identified, here or by whoever asks, by what is revoked. It proves nothing either. */
  refuse(request: Request): void {
    const { client, credential, claims } = request;
    const reason = client === null ? null : this.deniedClient({ client, credential, claims });
    if (reason === null) return;
    request.passes = NO_PASSES;
    request.client = null;
    request.evidence = null;
    request.credential = null;
    request.scopes = null;
    request.claims = null;
    request.identityError = reason;
  }

  #deniedKey(credential: RequestCredential | null): Revocation | null {
    const id = credential?.id ?? null;
    return id !== null && this.#has("key", "", id) ? "revoked_credential" : null;
  }

  #deniedClaims(
    client: string,
    credential: RequestCredential | null,
    claims: Readonly<Record<string, unknown>> | null,
  ): Revocation | null {
    const issuedMicros = credential?.issued ?? null;
    const issuedAt = claims?.["iat"];
    return this.denied({
      issuer: textOf(claims?.["iss"]) ?? "",
      id: textOf(claims?.["jti"]),
      keyId: null,
      keyThumbprint: null,
      subject: textOf(claims?.["sub"]),
      client,
      issuedAt: typeof issuedAt === "number" ? issuedAt : (issuedMicros ?? 0) / 1e6,
    });
  }

  #hasKey(issuer: string, key: string | null): boolean {
    return key !== null && this.#has("kid", issuer, key);
  }

  #has(kind: RevocationKind, issuer: string, name: string): boolean {
    const record = this.#records.get(keyOf(kind, issuer, name));
    return record !== undefined && this.#now() < record.endsMicros;
  }

  #isBefore(client: string, issuedMicros: number): boolean {
    const record = this.#records.get(keyOf("client", "", client));
    return record !== undefined && issuedMicros < (record.beforeMicros ?? 0) && this.#now() < record.endsMicros;
  }
}

/**
 * A verifier of credentials that count while they are not revoked, also where another one says who calls and they prove something more.
 *
 * @param verifier - A plain object: what a class has in its prototype would be lost.
 */
export function unlessRevoked(verifier: Verifier, revocations: Revocations): Verifier {
  const judged = (finding: Finding): Finding =>
    typeof finding === "string" ? finding : (revocations.deniedClient(finding) ?? finding);
  return {
    ...verifier,
    verify: (request, presented) => {
      const finding = verifier.verify(request, presented);
      return finding instanceof Promise ? finding.then(judged) : judged(finding);
    },
  };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** No part has a line break, so no two are one text: the reader of the admin interface refuses control characters. */
function keyOf(kind: RevocationKind, issuer: string, name: string): string {
  return `${kind}\n${issuer}\n${name}`;
}

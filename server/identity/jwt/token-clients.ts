/** Which client a token names: the one whose inventory entry has a `jwt` credential with the token's issuer and the client's name there. */
import type { Client, Credential } from "../../../engine/index.ts";

/** A client and the credential that names it. */
export interface TokenClient {
  readonly client: string;
  readonly credential: Credential;
}

export class TokenClients {
  /** By issuer and name; null where two clients claim one name. */
  readonly #clients = new Map<string, TokenClient | null>();

  constructor(clients: readonly Client[]) {
    for (const { id, credentials } of clients) {
      for (const credential of credentials) if (credential.type === "jwt") this.#add(id, credential);
    }
  }

  find(issuer: string, name: string): TokenClient | "client_unknown" | "identity_conflict" {
    const found = this.#clients.get(keyOf(issuer, name));
    return found === null ? "identity_conflict" : (found ?? "client_unknown");
  }

  #add(client: string, credential: Credential): void {
    const { issuer, value } = credential;
    if (issuer === null || value === null) return;
    const key = keyOf(issuer, value);
    const other = this.#clients.get(key);
    const shared = other === null || (other !== undefined && other.client !== client);
    if (shared) this.#clients.set(key, null);
    else if (other == null || lasts(credential, other.credential)) this.#clients.set(key, { client, credential });
  }
}

/** Of two credentials of one client the one that ends later counts. */
function lasts(credential: Credential, other: Credential): boolean {
  return (credential.expires ?? Number.POSITIVE_INFINITY) > (other.expires ?? Number.POSITIVE_INFINITY);
}

/** An issuer has no line break, so no two pairs are one text. */
function keyOf(issuer: string, name: string): string {
  return `${issuer}\n${name}`;
}

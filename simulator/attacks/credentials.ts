/** The credentials that an attacker holds, stolen or its own, and which of them it uses now. */
import type { Client, Policy, Request } from "../../engine/index.ts";
import { presentKey } from "../client-identity.ts";
import { ScenarioError } from "../scenario-error.ts";

/** Credentials in the order of the attack's clause, one after the other and over again. */
export class AttackCredentials {
  readonly #clients: readonly Client[];
  readonly #used: Set<string> = new Set();
  #place = 0;

  /** @throws {@link ScenarioError} where the inventory lacks one of the clients. */
  constructor(attack: { readonly name: string; readonly clients: readonly string[] }, policy: Policy) {
    this.#clients = attack.clients.map((id) => {
      const client = policy.clients.find((candidate) => candidate.id === id);
      if (client !== undefined) return client;
      throw new ScenarioError(`attack \`${attack.name}\` names client \`${id}\`, which the inventory does not have`);
    });
  }

  /** How many of them were used. */
  get used(): number {
    return this.#used.size;
  }

  /** How many there are. */
  get size(): number {
    return this.#clients.length;
  }

  /** The client whose credential is used now; null where the attacker holds none. */
  get current(): Client | null {
    return this.#clients[this.#place] ?? null;
  }

  /** Presents the credential in use, where there is one. */
  present(request: Request): void {
    const client = this.current;
    if (client === null) return;
    if (request.client !== client.id) presentKey(request, client);
    this.#used.add(client.id);
  }

  /** Presents the credential at `place`, from 0 to {@link size} - 1, which is then the one in use. */
  presentOf(place: number, request: Request): void {
    this.#place = place;
    this.present(request);
  }

  /** Shows no credential of a client. */
  withhold(request: Request): void {
    request.client = null;
    request.evidence = null;
    request.credential = null;
  }

  /** Goes on with the next credential, and begins again after the last. */
  rotate(): void {
    if (this.#clients.length > 0) this.#place = (this.#place + 1) % this.#clients.length;
  }
}

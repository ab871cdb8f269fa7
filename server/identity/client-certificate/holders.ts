/** Whose a certificate is, by the inventory: by its thumbprint or by a name in it, never by its subject. */
import type { Client, Credential, Policy } from "../../../engine/index.ts";
import type { Identity } from "../verifier.ts";
import type { ClientCertificate } from "./certificate.ts";

/** A credential of type `mtls`, and what a certificate must have to be it: all that the inventory states. */
interface Held {
  readonly client: string;
  readonly credential: Pick<Credential, "id" | "issued" | "expires">;
  readonly thumbprint: string | null;
  /** A URI or a DNS name, as {@link namesOf} writes it. */
  readonly name: string | null;
}

export class CertificateHolders {
  readonly #byThumbprint: ReadonlyMap<string, readonly Held[]>;
  readonly #byName: ReadonlyMap<string, readonly Held[]>;

  constructor({ clients }: Pick<Policy, "clients">) {
    const held = clients.flatMap(heldBy);
    this.#byThumbprint = grouped(held, ({ thumbprint }) => thumbprint);
    this.#byName = grouped(held, ({ thumbprint, name }) => (thumbprint === null ? name : null));
  }

  /** The client that holds `certificate`, or why none does. */
  find(certificate: ClientCertificate): Identity | "unknown_key" | "identity_conflict" {
    const names = namesOf(certificate);
    const found = (this.#byThumbprint.get(certificate.thumbprint) ?? []).filter(
      ({ name }) => name === null || names.includes(name),
    );
    for (const name of names) found.push(...(this.#byName.get(name) ?? []));
    const [first] = found;
    if (first === undefined) return "unknown_key";
    if (found.some(({ client }) => client !== first.client)) return "identity_conflict";
    return identityOf(first, certificate);
  }
}

/** Its names by their kind: an authority that vouches for DNS names may let holders write any URI, which can read like one. */
function namesOf({ uris, dnsNames }: ClientCertificate): readonly string[] {
  return [...uris.map(uriName), ...dnsNames.map(dnsName)];
}

function uriName(uri: string): string {
  return `uri ${uri}`;
}

function dnsName(name: string): string {
  return `dns ${name.toLowerCase()}`;
}

function heldBy(client: Client): readonly Held[] {
  return client.credentials.flatMap((credential) => {
    const { id, type, thumbprint, value, issued, expires } = credential;
    if (type !== "mtls" || (thumbprint === null && value === null)) return [];
    // A DNS name has no colon, and a URI has one.
    const name = value === null ? null : value.includes(":") ? uriName(value) : dnsName(value);
    const digest = thumbprint === null ? null : thumbprint.slice("sha256:".length).toLowerCase();
    return [{ client: client.id, credential: { id, issued, expires }, thumbprint: digest, name }];
  });
}

function grouped(held: readonly Held[], keyOf: (one: Held) => string | null): ReadonlyMap<string, readonly Held[]> {
  const groups = new Map<string, Held[]>();
  for (const one of held) {
    const key = keyOf(one);
    if (key === null) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups;
}

/** What the inventory does not say of its life, the certificate does. */
function identityOf({ client, credential }: Held, { notBefore, notAfter }: ClientCertificate): Identity {
  const { id, issued, expires } = credential;
  return {
    client,
    evidence: "bound_token",
    credential: { id, issued: issued ?? notBefore, expires: expires ?? notAfter },
    scopes: null,
    claims: null,
  };
}

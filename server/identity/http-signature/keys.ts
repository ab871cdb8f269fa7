/** Whose keys sign requests: those that stand in the inventory, and those of the source's file that the inventory refers to. */
import { hash } from "node:crypto";
import type { Credential, Policy, RequestCredential } from "../../../engine/index.ts";
import type { CredentialFile } from "../credential-files.ts";
import { unusable } from "../credential-files.ts";
import { nameOfCredential } from "../in-force.ts";
import type { Jwk, PublicKey } from "./algorithms.ts";
import { readPublicKey } from "./algorithms.ts";
import type { Report } from "../../report.ts";

/** A key, and whose it is. */
export interface SignatureKey extends PublicKey {
  readonly client: string;
  readonly credential: RequestCredential;
  /** What its signatures have to say as their `tag`; null for anything. */
  readonly tag: string | null;
}

/** By `keyid`. A key of the file that nobody claims is `client_unknown`, a name that two claim `key_ambiguous`. */
export type SignatureKeys = ReadonlyMap<string, SignatureKey | "client_unknown" | "key_ambiguous">;

/** Keys of one file. */
const KEYS_MAX = 1_000;

/**
 * @param report - Told of credentials whose key is nowhere.
 * @throws {ServerError} `credentials_unusable`.
 */
export function readSignatureKeys(
  file: CredentialFile,
  policy: Pick<Policy, "clients">,
  report: Report,
): SignatureKeys {
  const inFile = readKeySet(file);
  const keys = new Map<string, SignatureKey | "client_unknown" | "key_ambiguous">();
  for (const name of inFile.keys()) keys.set(name, "client_unknown");
  for (const client of policy.clients) {
    for (const credential of client.credentials) {
      if (credential.type !== "signature") continue;
      const named = namedKey(credential, inFile);
      if (named === null)
        report(`${file.path}: no key is there for the inventory's credential \`${credential.id}\``, "keys.incomplete");
      for (const name of named?.names ?? []) addKey(keys, name, client.id, credential, named?.key);
    }
  }
  return keys;
}

function addKey(
  keys: Map<string, SignatureKey | "client_unknown" | "key_ambiguous">,
  name: string,
  client: string,
  { id, issued, expires, tag }: Credential,
  key: PublicKey | undefined,
): void {
  const other = keys.get(name);
  if (key === undefined) return;
  const free =
    other === undefined || other === "client_unknown" || (typeof other !== "string" && other.client === client);
  keys.set(name, free ? { ...key, client, credential: { id, issued, expires }, tag } : "key_ambiguous");
}

/** Credentials and their keys, by the audit log's names for them. */
export function marksOf(keys: SignatureKeys): ReadonlyMap<string, string> {
  const marks = new Map<string, string>();
  for (const key of keys.values()) {
    if (typeof key === "string") continue;
    marks.set(nameOfCredential(key.client, key.credential.id), thumbprintOf(key.key.export({ format: "jwk" })));
  }
  return marks;
}

interface NamedKey {
  readonly key: PublicKey;
  readonly names: readonly string[];
}

/** The key of a credential, with what requests may call it: the inventory's `value`, else its `kid`, else its id; or its thumbprint. */
function namedKey(credential: Credential, inFile: ReadonlyMap<string, NamedKey>): NamedKey | null {
  const { id, jwk, value } = credential;
  if (jwk === null) return inFile.get(value ?? id) ?? null;
  const key = readPublicKey(jwk);
  if (typeof key === "string") throw unusable(`the inventory's credential \`${id}\``, key);
  return { key, names: [value ?? jwk["kid"] ?? id, thumbprintOf(jwk)] };
}

/** The keys of a JWK set (RFC 7517 §5) by their names. */
function readKeySet({ path, text }: CredentialFile): ReadonlyMap<string, NamedKey> {
  const jwks = keysOf(text);
  if (jwks === null) throw unusable(path, "is not a JWK set", 'write `{"keys": [ … ]}` with public keys');
  if (jwks.length > KEYS_MAX) throw unusable(path, `has more than ${KEYS_MAX} keys`);
  const keys = new Map<string, NamedKey>();
  for (const [index, jwk] of jwks.entries()) {
    const kid = jwk["kid"];
    const place = `${path}: key ${index + 1}`;
    if (typeof kid !== "string" || kid === "") throw unusable(place, "has no `kid`");
    const key = readPublicKey(jwk);
    if (typeof key === "string") throw unusable(`${place} (\`${kid}\`)`, key);
    const named = { key, names: [kid, thumbprintOf(jwk)] };
    for (const name of named.names) {
      if (keys.has(name)) throw unusable(`${place} (\`${kid}\`)`, "occurs twice");
      keys.set(name, named);
    }
  }
  return keys;
}

function keysOf(text: string): readonly Jwk[] | null {
  try {
    const value = JSON.parse(text) as { readonly keys?: unknown } | null;
    const keys = value?.keys;
    const isSet =
      Array.isArray(keys) && keys.every((key) => typeof key === "object" && key !== null && !Array.isArray(key));
    return isSet ? (keys as Jwk[]) : null;
  } catch {
    return null;
  }
}

const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  EC: ["crv", "kty", "x", "y"],
  OKP: ["crv", "kty", "x"],
  RSA: ["e", "kty", "n"],
};

/** RFC 7638 §3. */
export function thumbprintOf(jwk: Jwk): string {
  const members = REQUIRED[String(jwk["kty"])] ?? [];
  const text = JSON.stringify(Object.fromEntries(members.map((member) => [member, jwk[member]])));
  return hash("sha256", text, "base64url");
}

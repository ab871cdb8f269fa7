/**
 * API keys. The inventory holds hashes only; a presented key is hashed, looked up by its hash and compared in constant
 * time.
 */
import { createHmac, hash, timingSafeEqual } from "node:crypto";
import type { Policy } from "../../engine/index.ts";
import { ServerError } from "../server-error.ts";
import type { Identity, Verifier } from "./verifier.ts";

/** A key of the inventory. */
interface KnownKey extends Identity {
  readonly digest: Buffer;
}

/** Longer texts are no key of ours and are not hashed. */
const KEY_LENGTH_MAX = 512;
/** Keys remembered as verified; past this the memory is emptied. Only keys of the inventory enter. */
const VERIFIED_MAX = 10_000;
/** Compared with where no key has the presented one's hash, so that both cases do the same work. */
const NOBODY: Buffer = Buffer.alloc(32);

const HASH = /^(?:sha256|hmac-sha256:([^:]+)):([0-9a-f]{64})$/i;

/** One way in which keys of the inventory are hashed: with a pepper, or plain (`null`). */
interface Scheme {
  readonly pepper: string | null;
  /** By hexadecimal digest; null where two clients claim one key. */
  readonly keys: Map<string, KnownKey | null>;
}

export class ApiKeys {
  readonly #schemes: readonly Scheme[];
  readonly #verified = new Map<string, KnownKey>();

  /** @throws {ServerError} `pepper_missing`, when a hash needs a pepper that is not among `peppers`. */
  constructor(policy: Policy, peppers: ReadonlyMap<string, string>) {
    this.#schemes = policy.identity.length === 0 ? [] : readSchemes(policy, peppers);
  }

  /** How many verified keys are remembered. */
  get remembered(): number {
    return this.#verified.size;
  }

  /** @returns The key's owner and credential, or why there is none. */
  verify(key: string): KnownKey | "unknown_key" | "identity_conflict" {
    const known = this.#verified.get(key);
    if (known !== undefined) return known;
    if (key.length > KEY_LENGTH_MAX) return "unknown_key";
    let owner: KnownKey | null = null;
    // All of them: two clients may claim one key in different ways.
    for (const scheme of this.#schemes) {
      const found = lookUp(scheme, key);
      if (found === undefined) continue;
      if (found === null || (owner !== null && owner.client !== found.client)) return "identity_conflict";
      owner ??= found;
    }
    return owner === null ? "unknown_key" : this.#remember(key, owner);
  }

  #remember(key: string, found: KnownKey): KnownKey {
    if (this.#verified.size >= VERIFIED_MAX) this.#verified.clear();
    this.#verified.set(key, found);
    return found;
  }
}

function lookUp(scheme: Scheme, key: string): KnownKey | null | undefined {
  const digest = digestOf(key, scheme.pepper);
  const candidate = scheme.keys.get(digest.toString("hex"));
  const same = timingSafeEqual(digest, candidate?.digest ?? NOBODY);
  if (candidate === null) return null;
  return same && candidate !== undefined ? candidate : undefined;
}

function digestOf(key: string, pepper: string | null): Buffer {
  return pepper === null ? hash("sha256", key, "buffer") : createHmac("sha256", pepper).update(key).digest();
}

function readSchemes(policy: Policy, peppers: ReadonlyMap<string, string>): readonly Scheme[] {
  const schemes = new Map<string | null, Scheme>();
  const missing = new Set<string>();
  for (const client of policy.clients) {
    for (const { id, type, hash: text, issued, expires } of client.credentials) {
      const parts = type === "api_key" && text !== null ? HASH.exec(text) : null;
      if (parts === null) continue;
      const pepperId = parts[1] ?? null;
      const pepper = pepperId === null ? null : (peppers.get(pepperId) ?? "");
      if (pepper === "") missing.add(pepperId ?? "");
      const scheme = schemes.get(pepperId) ?? { pepper, keys: new Map() };
      schemes.set(pepperId, scheme);
      addKey(scheme, (parts[2] ?? "").toLowerCase(), {
        client: client.id,
        evidence: null,
        credential: { id, issued, expires },
        scopes: null,
        claims: null,
      });
    }
  }
  if (missing.size > 0) throw peppersMissing(missing);
  return [...schemes.values()];
}

function addKey(scheme: Scheme, digest: string, key: Omit<KnownKey, "digest">): void {
  const other = scheme.keys.get(digest);
  const shared = other === null || (other !== undefined && other.client !== key.client);
  scheme.keys.set(digest, shared ? null : { ...key, digest: Buffer.from(digest, "hex") });
}

function peppersMissing(ids: ReadonlySet<string>): ServerError {
  const names = [...ids].map((id) => `\`${id}\``).join(", ");
  const first = [...ids][0] ?? "p1";
  return new ServerError(
    "pepper_missing",
    `the inventory has API keys hashed with pepper ${names}, whose secret was not given`,
    `set EDGEPOLICY_PEPPER="${first}=SECRET" or the option \`peppers\``,
  );
}

/** The verifier of keys that stand in `header`. */
export function apiKeyVerifier(header: string, keys: ApiKeys): Verifier {
  return {
    headers: [header],
    mayWait: false,
    isOffered: (presented) => presented.header(header) !== "",
    verify: (_request, presented) => keys.verify(presented.header(header)),
  };
}

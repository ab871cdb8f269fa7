/**
 * API keys. The inventory holds hashes only; a presented key is hashed, looked up by its hash and compared in constant
 * time. What is remembered of a key is that it was verified, never that it was let through: status, expiry and networks
 * are judged by the engine on every request.
 */
import { createHmac, hash, timingSafeEqual } from "node:crypto";
import type { Policy, PolicyEngine, Request, RequestCredential } from "../../engine/index.ts";
import { ServerError } from "../server-error.ts";

/** A key of the inventory. */
interface KnownKey {
  readonly client: string;
  readonly digest: Buffer;
  readonly credential: RequestCredential;
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
    for (const scheme of this.#schemes) {
      const found = lookUp(scheme, key);
      if (found === null) return "identity_conflict";
      if (found !== undefined) return this.#remember(key, found);
    }
    return "unknown_key";
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
      addKey(scheme, (parts[2] ?? "").toLowerCase(), { client: client.id, credential: { id, issued, expires } });
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

/** What identifying needs of the enforcement point. */
interface IdentityParts {
  readonly engine: Pick<PolicyEngine, "routeOf">;
  readonly view: { readonly policy: Policy; readonly keys: ApiKeys };
}

/**
 * Fills in who sent `request`, by the policy's sources in their order: the first that is present decides, and one that
 * names another client makes the request nobody's.
 *
 * @param presented - Value of a header by its lower-case name; empty if absent.
 */
export function identifyCaller(
  { engine, view }: IdentityParts,
  request: Request,
  presented: (header: string) => string,
): void {
  for (const source of view.policy.identity) {
    if (source.kind !== "api_key") continue;
    const key = presented(source.header);
    if (key === "" || (source.on !== null && !source.on.includes(engine.routeOf(request)))) continue;
    const found = view.keys.verify(key);
    if (typeof found !== "string") takeIdentity(request, found);
    else if (request.client === null || found === "identity_conflict") refuse(request, found);
    if (request.identityError !== null) return;
  }
}

/** A second credential must name the same client; a second one that is unknown does not matter. */
function takeIdentity(request: Request, key: KnownKey): void {
  if (request.client === null) accept(request, key);
  else if (request.client !== key.client) refuse(request, "identity_conflict");
}

function accept(request: Request, key: KnownKey): void {
  request.client = key.client;
  request.credential = key.credential;
}

function refuse(request: Request, error: string): void {
  request.client = null;
  request.credential = null;
  request.identityError = error;
}

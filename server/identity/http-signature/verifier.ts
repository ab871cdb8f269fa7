/**
 * The verifier of HTTP message signatures (RFC 9421). The standard says whether a signature is right; what it has to cover and how old
 * it may be is up to who verifies (§1.4, §3.2.1), and that is here: see {@link coverProblem} and {@link timeProblem}.
 */
import { hash } from "node:crypto";
import type { IdentitySource, Policy, Request } from "../../../engine/index.ts";
import type { Config } from "../../config.ts";
import type { ReplayStore } from "../../replay/replay-store.ts";
import { replaysOf } from "../../replay/server-replays.ts";
import { type Clock, clockOf } from "../clock.ts";
import type { CredentialFile } from "../credential-files.ts";
import { bodyOf, linesOf } from "../presented.ts";
import { refuseReplay } from "../refuse-replay.ts";
import type { Finding, Presented, Verifier } from "../verifier.ts";
import { isSignatureOf } from "./algorithms.ts";
import { fitsDigest } from "./content-digest.ts";
import { type Component, type OfferedSignature, readSignatures } from "./fields.ts";
import { marksOf, readSignatureKeys, type SignatureKey, type SignatureKeys } from "./keys.ts";
import { SignedMessage } from "./message.ts";

export type SignatureSource = IdentitySource & { readonly kind: "signature" };

const INPUT = "signature-input";
const SIGNATURE = "signature";
/** The oldest signature that is taken, and how far a signer's clock may be ahead, in seconds. */
const AGE_MAX = 300;
const AHEAD_MAX = 60;
const NONCE_MAX = 256;

interface Parts {
  readonly source: SignatureSource;
  readonly keys: SignatureKeys;
  readonly clock: Clock;
  readonly signatures: ReplayStore;
}

/**
 * @param file - The source's key set.
 * @throws {ServerError} `credentials_unusable`.
 */
export function signatureVerifier(
  source: SignatureSource,
  file: CredentialFile,
  policy: Policy,
  config: Config,
): Verifier {
  const keys = readSignatureKeys(file, policy, config.report);
  const parts = { source, keys, clock: clockOf(config), signatures: replaysOf(config).signatures };
  return {
    headers: [SIGNATURE, INPUT],
    bodyBytes: config.signedRequests.bodyBytesMax,
    mayWait: false,
    inForce: () => ({ origin: file.path, marks: marksOf(keys) }),
    isOffered: (presented) => presented.header(INPUT) !== "" || presented.header(SIGNATURE) !== "",
    verify: (request, presented) => {
      const fields = [INPUT, SIGNATURE].map((name) => linesOf(presented, name).join(", "));
      const offered = readSignatures(fields[0] ?? "", fields[1] ?? "");
      const chosen = offered === null ? "malformed_signature" : choose(offered, keys);
      return typeof chosen === "string" ? chosen : judge(parts, chosen, request, presented);
    },
  };
}

/** A signature by a key that is known here. */
interface Chosen {
  readonly signature: OfferedSignature;
  readonly keyId: string;
  readonly key: SignatureKey;
}

/** Others may sign the same request for others to verify (§4.3); of those that we know, there is one. */
function choose(offered: readonly OfferedSignature[], keys: SignatureKeys): Chosen | string {
  let problem = "unknown_key";
  const chosen: Chosen[] = [];
  for (const signature of offered) {
    const keyId = signature.params.get("keyid");
    const key = typeof keyId === "string" ? keys.get(keyId) : undefined;
    if (typeof key === "string") problem = key;
    else if (key !== undefined && !isFor(key, signature)) problem = "tag_mismatch";
    else if (key !== undefined) chosen.push({ signature, keyId: String(keyId), key });
  }
  const [first, second] = chosen;
  if (second !== undefined) return "multiple_credentials";
  return first ?? problem;
}

/** Whether a signature is for the application that its signer's are for, where the inventory says which (§2.3). */
function isFor({ tag }: SignatureKey, { params }: OfferedSignature): boolean {
  return tag === null || params.get("tag") === tag;
}

function judge({ source, clock, signatures }: Parts, chosen: Chosen, request: Request, presented: Presented): Finding {
  const { signature, key } = chosen;
  const alg = signature.params.get("alg");
  if (alg !== undefined && alg !== key.algorithm) return "alg_not_allowed";
  const now = clock();
  const time = timeProblem(signature, now / 1_000_000);
  if (time !== null) return time;
  const message = new SignedMessage(request, presented);
  const body = bodyOf(request, presented);
  if (typeof body === "string") return body;
  const cover = coverProblem(signature, source.components, message, body);
  if (cover !== null) return cover;
  const base = message.baseOf(signature);
  if (typeof base === "string") return base;
  if (!isSignatureOf(base.text, signature.bytes, key)) return "bad_signature";
  if (covers(signature, "content-digest") && !fitsDigest(body, presented)) return "digest_mismatch";
  const { client, credential } = key;
  const replayed = replayProblem(signatures, chosen, request, base.text, now);
  return replayed ?? { client, evidence: "signed_request", credential, scopes: null, claims: null };
}

/** @param now - In seconds since the Unix epoch, as the signature's own times are. */
function timeProblem({ params }: OfferedSignature, now: number): string | null {
  const [created, expires, nonce] = ["created", "expires", "nonce"].map((name) => params.get(name));
  if (created === undefined) return "created_missing";
  if (!isTime(created) || (expires !== undefined && !isTime(expires))) return "malformed_signature";
  if (nonce !== undefined && (typeof nonce !== "string" || nonce.length > NONCE_MAX)) return "malformed_signature";
  if (created > now + AHEAD_MAX) return "issued_in_future";
  return now - created > AGE_MAX || (expires !== undefined && expires <= now) ? "expired" : null;
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** Components that say what another one says too. */
const INSTEAD: Readonly<Record<string, readonly string[]>> = {
  "@authority": ["@target-uri"],
  "@scheme": ["@target-uri"],
  "@path": ["@target-uri", "@request-target"],
  "@query": ["@target-uri", "@request-target"],
};

function covers({ components }: OfferedSignature, name: string): boolean {
  const enough = [name, ...(INSTEAD[name] ?? [])];
  return components.some((one) => isWhole(one) && enough.includes(one.name));
}

/** Of digests, which are compared here, one spelling is as good as another; a service may read other fields in another way than we do. */
function isWhole({ name, params }: Component): boolean {
  return params.size === 0 || (name === "content-digest" && params.size === 1 && params.get("sf") === true);
}

/**
 * What a signature leaves open could be changed on the way: all that the policy names has to be covered (a header where it was sent), and
 * besides the query, the body by its digest, and the token that the request came with.
 */
function coverProblem(
  signature: OfferedSignature,
  required: readonly string[],
  message: SignedMessage,
  body: Uint8Array,
): string | null {
  const sent = required.filter((name) => name.startsWith("@") || message.has(name));
  if (message.query !== "") sent.push("@query");
  if (message.has("authorization")) sent.push("authorization");
  if (!sent.every((name) => covers(signature, name))) return "component_missing";
  return body.length > 0 && !covers(signature, "content-digest") ? "digest_missing" : null;
}

/** With a nonce, that comes once; without one the request does, unless it only reads and could honestly be sent twice in a second. */
function replayProblem(
  signatures: ReplayStore,
  { signature, keyId, key }: Chosen,
  request: Request,
  base: string,
  now: number,
): string | null {
  const { created, nonce } = Object.fromEntries(signature.params);
  const reads = request.method === "GET" || request.method === "HEAD" || request.method === "OPTIONS";
  if (nonce === undefined && reads) return null;
  const mark =
    nonce === undefined ? `signature\0${hash("sha256", base, "base64")}` : `nonce\0${keyId}\0${String(nonce)}`;
  return refuseReplay(signatures, key.client, mark, (Number(created) + AGE_MAX) * 1_000_000, now);
}

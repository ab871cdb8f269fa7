/**
 * Bundles: a checked policy in one file, so that it runs where there is no parser. Eight bytes that tell what it is, the format's
 * version, the SHA-256 of what follows, and the content as `layout.ts` has it. The same policy gives the same bytes.
 */
import type { Policy } from "../policy.ts";
import { POLICY_FORMAT } from "../policy.ts";
import { readContent } from "./read-content.ts";
import { writeContent } from "./write-content.ts";

/** Version of the layout. */
export const BUNDLE_FORMAT = 3;
/** A bundle holds at most this many bytes. */
export const MAX_BUNDLE_BYTES: number = 64 * 1024 ** 2;

/** As PNG's: no text begins so, and a transfer that changes line ends or drops high bits spoils it. */
const MAGIC = Uint8Array.of(0x89, 0x45, 0x50, 0x42, 0x0d, 0x0a, 0x1a, 0x0a);
const DIGEST_AT = MAGIC.length + 4;
const DIGEST_BYTES = 32;
const CONTENT_AT = DIGEST_AT + DIGEST_BYTES;

/** SHA-256 of bytes: the host's, because the engine has none. */
export type Digest = (bytes: Uint8Array) => Uint8Array;

/** What a bundle holds. */
export interface BundleContent {
  readonly policy: Policy;
  /** What those who wrote the bundle keep beside the policy. */
  readonly rest: unknown;
}

/** A bundle that was read, or why it cannot be. */
export type BundleRead =
  | { readonly ok: true; readonly content: BundleContent; readonly hash: string }
  | { readonly ok: false; readonly message: string; readonly help: string };

/** Whether bytes begin as a bundle does. */
export function isBundle(bytes: Uint8Array): boolean {
  return bytes.length >= MAGIC.length && MAGIC.every((byte, index) => bytes[index] === byte);
}

/** Writes a bundle. */
export function encodeBundle({ policy, rest }: BundleContent, digest: Digest): Uint8Array {
  const content = writeContent({ policy, rest });
  const bytes = new Uint8Array(CONTENT_AT + content.length);
  bytes.set(MAGIC);
  new DataView(bytes.buffer).setUint32(MAGIC.length, BUNDLE_FORMAT);
  bytes.set(digest(content), DIGEST_AT);
  bytes.set(content, CONTENT_AT);
  return bytes;
}

/** Reads a bundle. Never throws for what it holds. */
export function decodeBundle(bytes: Uint8Array, digest: Digest): BundleRead {
  const refused = refusalOf(bytes);
  if (refused !== null) return refused;
  const stated = bytes.subarray(DIGEST_AT, CONTENT_AT);
  const content = bytes.subarray(CONTENT_AT);
  if (!equal(digest(content), stated)) {
    return refusal("is damaged: its content is not what its hash says", "copy it again, or compile the policy again");
  }
  const value = unpack(content);
  if (!isContent(value)) return refusal("holds no policy that this edgepolicy understands", COMPILE_AGAIN);
  return { ok: true, content: value, hash: hexOf(stated) };
}

const COMPILE_AGAIN = "compile the policy with this version of edgepolicy";

function refusalOf(bytes: Uint8Array): BundleRead | null {
  if (!isBundle(bytes)) return refusal("is no bundle", "make one by `edgepolicy compile FILE -o OUT.epb`");
  if (bytes.length < CONTENT_AT) return refusal("ends within its head", "copy it again, or compile the policy again");
  if (bytes.length > MAX_BUNDLE_BYTES) return refusal(`is larger than ${MAX_BUNDLE_BYTES / 1024 ** 2} MiB`, "");
  const format = new DataView(bytes.buffer, bytes.byteOffset).getUint32(MAGIC.length);
  if (format === BUNDLE_FORMAT) return null;
  return refusal(`has the bundle format ${format}; this edgepolicy reads ${BUNDLE_FORMAT}`, COMPILE_AGAIN);
}

function refusal(message: string, help: string): BundleRead & { readonly ok: false } {
  return { ok: false, message, help };
}

function unpack(content: Uint8Array): unknown {
  try {
    return readContent(content);
  } catch {
    return null;
  }
}

/** The lists that every policy has. */
const LISTS = ["rules", "limits", "signals", "scores", "routes", "clients", "lists", "lets", "order"] as const;

/** Bundles come from `encodeBundle`, which the hash vouches for; this only tells another model's content. */
function isContent(value: unknown): value is BundleContent {
  const policy = (value as { readonly policy?: Partial<Policy> } | null)?.policy;
  if (typeof policy !== "object" || policy === null || policy.format !== POLICY_FORMAT) return false;
  return typeof policy.settings === "object" && LISTS.every((name) => Array.isArray(policy[name]));
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

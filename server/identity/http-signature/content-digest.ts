/** `Content-Digest` (RFC 9530 §2): what the signature says of the body that it does not cover itself. */
import { hash } from "node:crypto";
import { linesOf } from "../presented.ts";
import type { Presented } from "../verifier.ts";
import { readByteSequences } from "./fields.ts";

const KNOWN: Readonly<Record<string, string>> = { "sha-256": "sha256", "sha-512": "sha512" };

/** Whether every digest of a known kind is that of `body`, and there is one at least. The others (§5) are too weak to tell. */
export function fitsDigest(body: Uint8Array, presented: Presented): boolean {
  const digests = readByteSequences(linesOf(presented, "content-digest").join(", ")) ?? new Map<string, Uint8Array>();
  const known = [...digests].filter(([name]) => Object.hasOwn(KNOWN, name));
  return known.length > 0 && known.every(([name, digest]) => hash(KNOWN[name] ?? "", body, "buffer").equals(digest));
}

/**
 * Standard Webhooks 1.0: `webhook-signature: v1,BASE64 …` over `id.timestamp.body` with `webhook-id` and `webhook-timestamp`. Only
 * `v1` (HMAC-SHA256) is a shared secret; other versions are skipped.
 */
import { createHmac } from "node:crypto";
import { bodyOf, linesOf } from "../presented.ts";
import type { Presented } from "../verifier.ts";
import type { HmacScheme } from "./scheme.ts";
import { microsOf, SIGNATURES_MAX } from "./scheme.ts";

/** Without `.`, which separates what is signed: an id with one could be read as an id, a time and the beginning of a body. */
const ID = /^[\x21-\x2d\x2f-\x7e]{1,256}$/;
const ENTRIES_MAX = 2 * SIGNATURES_MAX;

export const STANDARD_WEBHOOKS: HmacScheme = {
  header: "webhook-signature",
  secretForm: "base64",
  namesKey: false,
  isOffered: (value) => value !== "",
  read: (request, presented) => {
    const [id, timestamp] = [onlyLine(presented, "webhook-id"), onlyLine(presented, "webhook-timestamp")];
    const signedAt = microsOf(timestamp);
    const entries = presented.header("webhook-signature").split(" ");
    if (!ID.test(id) || signedAt === null || entries.length > ENTRIES_MAX) return "malformed_signature";
    const v1 = entries.filter((entry) => entry.startsWith("v1,"));
    if (v1.length === 0) return "alg_not_allowed";
    const signatures = v1
      .slice(0, SIGNATURES_MAX)
      .map(signatureOf)
      .filter((bytes) => bytes !== null);
    if (signatures.length === 0) return "malformed_signature";
    const body = bodyOf(request, presented);
    if (typeof body === "string") return body;
    const macWith = (secret: Uint8Array): Uint8Array =>
      createHmac("sha256", secret).update(`${id}.${timestamp}.`).update(body).digest();
    return { keyId: null, signedAt, scope: null, signatures, macWith, repeatable: false };
  },
};

/** A header that comes twice could be read as either. */
function onlyLine(presented: Presented, name: string): string {
  const [value = "", ...more] = linesOf(presented, name);
  return more.length === 0 ? value : "";
}

function signatureOf(entry: string): Uint8Array | null {
  const text = entry.slice("v1,".length);
  const bytes = Buffer.from(text, "base64");
  return bytes.length === 32 && bytes.toString("base64") === text ? bytes : null;
}

/** Stripe's scheme: `stripe-signature: t=SECONDS,v1=HEX,…` over `t.body`. Any `v1` may be right; other schemes are skipped. */
import { createHmac } from "node:crypto";
import { bodyOf } from "../presented.ts";
import type { HmacScheme } from "./scheme.ts";
import { hexBytes, microsOf, SIGNATURES_MAX } from "./scheme.ts";

const ITEMS_MAX = 2 * SIGNATURES_MAX;

export const STRIPE: HmacScheme = {
  header: "stripe-signature",
  secretForm: "text",
  namesKey: false,
  isOffered: (value) => value !== "",
  read: (request, presented) => {
    const items = presented.header("stripe-signature").split(",");
    if (items.length > ITEMS_MAX) return "malformed_signature";
    const [timestamp = "", ...more] = valuesOf(items, "t");
    const signedAt = microsOf(timestamp);
    if (signedAt === null || more.length > 0) return "malformed_signature";
    const v1 = valuesOf(items, "v1");
    if (v1.length === 0) return "alg_not_allowed";
    const signatures = v1
      .slice(0, SIGNATURES_MAX)
      .map(hexBytes)
      .filter((bytes) => bytes !== null);
    if (signatures.length === 0) return "malformed_signature";
    const body = bodyOf(request, presented);
    if (typeof body === "string") return body;
    const macWith = (secret: Uint8Array): Uint8Array =>
      createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest();
    return { keyId: null, signedAt, scope: null, signatures, macWith, repeatable: false };
  },
};

function valuesOf(items: readonly string[], name: string): readonly string[] {
  return items
    .map((item) => item.trim())
    .flatMap((item) => (item.startsWith(`${name}=`) ? [item.slice(name.length + 1)] : []));
}

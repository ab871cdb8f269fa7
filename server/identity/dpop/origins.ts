/** Which origin a request was sent to, as its sender saw it: configured, or said by a trusted proxy, or what the request itself says. */
import type { Presented } from "../verifier.ts";

/**
 * The origins that a proof may name for a request.
 *
 * @param configured - Of the server's options. Where there are some, only they count.
 * @param host - `Host` of the request.
 */
export function originsOf(configured: readonly string[], presented: Presented, host: string): readonly string[] {
  if (configured.length > 0) return configured;
  // This server speaks plain HTTP, so whoever reached it without a trusted proxy did so too.
  if (!presented.fromProxy) return [`http://${host}`];
  const named = lastOf(presented.header("x-forwarded-host")) || host;
  // A proxy that does not say is one that ends TLS: a proof without TLS in front would be nobody's gain.
  const scheme = lastOf(presented.header("x-forwarded-proto")).toLowerCase() || "https";
  return [`${scheme}://${named}`];
}

/** What the nearest proxy wrote. */
function lastOf(list: string): string {
  return list.slice(list.lastIndexOf(",") + 1).trim();
}

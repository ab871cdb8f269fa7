/**
 * Which origin a request was sent to, as its sender saw it: configured, or made of the host that the policy sees (an adapter's proxy
 * states it, as `X-Forwarded-Host` or as it does) and the scheme that a trusted proxy says. Another `X-Forwarded-Host` is not read: many
 * proxies pass on what their caller wrote there, who could then show here what was proven to another service.
 */
import type { Presented } from "../verifier.ts";

/**
 * The origins that a proof may name for a request.
 *
 * @param configured - Of the server's options. Where there are some, only they count.
 * @param host - Of the request, as the policy sees it.
 */
export function originsOf(configured: readonly string[], presented: Presented, host: string): readonly string[] {
  if (configured.length > 0) return configured;
  // This server speaks plain HTTP, so whoever reached it without a trusted proxy did so too.
  if (!presented.fromProxy) return [`http://${host}`];
  // A proxy that does not say is one that ends TLS: a proof without TLS in front would be nobody's gain.
  const scheme = lastOf(presented.header("x-forwarded-proto")).toLowerCase() || "https";
  return [`${scheme}://${host}`];
}

/** What the nearest proxy wrote. */
function lastOf(list: string): string {
  return list.slice(list.lastIndexOf(",") + 1).trim();
}

/**
 * Which origin a request was sent to, as its sender saw it: configured, or made of the host that the policy sees (an adapter's proxy
 * states it, as `X-Forwarded-Host` or as it does) and the scheme that a trusted proxy says. Another `X-Forwarded-Host` is not read: many
 * proxies pass on what their caller wrote there, who could then show here what was proven to another service.
 */
import { isAuthority } from "../authority.ts";
import { callerScheme } from "../presented.ts";
import type { Presented } from "../verifier.ts";

/**
 * The origins that a proof may name for a request.
 *
 * @param configured - Of the server's options. Where there are some, only they count.
 * @param host - Of the request, as the policy sees it. One in which there is more than a host makes no origin.
 */
export function originsOf(configured: readonly string[], presented: Presented, host: string): readonly string[] {
  if (configured.length > 0) return configured;
  return isAuthority(host) ? [`${callerScheme(presented)}://${host}`] : [];
}

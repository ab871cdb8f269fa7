/** What an operator is told who means a network so wide that it is more likely a slip than a wish. */
import type { Overlay } from "../../engine/index.ts";

/** Shorter prefixes are said: a /8 is what one registry gave to one holder at most, and a /16 of IPv6 far more than that. */
const SHORTEST = { v4: 8, v6: 16 } as const;

/** A warning, or null. */
export function wideNetwork(overlay: Overlay): string | null {
  if (!("subject" in overlay) || !("network" in overlay.subject)) return null;
  const { network } = overlay.subject;
  const bits = Number(network.slice(network.indexOf("/") + 1));
  if (bits >= (network.includes(":") ? SHORTEST.v6 : SHORTEST.v4)) return null;
  return `it meets ${bits === 0 ? "every caller" : "a large part of all callers"}: ${network} is very wide`;
}

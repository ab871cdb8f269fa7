/** What a credential proves in itself: a request that carries it meets the challenge that asks for it, without a pass. */
import type { ChallengeKind } from "../../engine/index.ts";
import type { Identity } from "../identity/verifier.ts";

const NONE: readonly ChallengeKind[] = Object.freeze([]);

/**
 * The kinds of challenge that a verified credential meets. A token is bound to a key by `cnf` (RFC 7800): `jkt` by DPoP (RFC 9449 §6),
 * `x5t#S256` by a certificate (RFC 8705 §3.1); that its holder has the key was verified, or it would not be `bound_token`.
 */
export function provenBy({ evidence, claims }: Pick<Identity, "evidence" | "claims">): readonly ChallengeKind[] {
  if (evidence === "signed_request") return ["signature"];
  if (evidence !== "bound_token") return NONE;
  if (claims === null) return ["mtls"];
  const confirmation = claims["cnf"];
  if (typeof confirmation !== "object" || confirmation === null) return NONE;
  const kinds: ChallengeKind[] = [];
  if ("jkt" in confirmation) kinds.push("dpop");
  if ("x5t#S256" in confirmation) kinds.push("mtls");
  return kinds;
}

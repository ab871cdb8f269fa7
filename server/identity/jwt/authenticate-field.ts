/** What a 401 says to a caller with a token, or without one: the challenges of RFC 6750 §3 and RFC 9449 §7.1. */
import type { Policy } from "../../../engine/index.ts";
import { ALGORITHMS } from "./algorithms.ts";
import type { TokenProblem } from "./problem.ts";

/** Proofs are signed with any of them, whatever the source wants of tokens. */
const PROOF_ALGORITHMS = [...ALGORITHMS.keys()].join(" ");

const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Reasons that are about the proof of possession, where the policy reads proofs. */
const OF_PROOF: ReadonlySet<string> = new Set<TokenProblem>(["cnf_mismatch", "replayed", "nonce_required"]);
/** Reasons that are about the request, whatever the token. */
const OF_REQUEST: ReadonlySet<string> = new Set<TokenProblem>(["multiple_credentials", "credential_in_query"]);
/** All others of a token but `keys_unavailable` and `revocation_unavailable`, which another token would not cure. */
const OF_TOKEN: ReadonlySet<string> = new Set<TokenProblem>([
  "malformed_token",
  "non_canonical",
  "not_jws",
  "crit_unknown",
  "header_key_material",
  "unknown_issuer",
  "alg_not_allowed",
  "typ_mismatch",
  "unknown_key",
  "key_ambiguous",
  "bad_signature",
  "claim_missing",
  "claim_type",
  "audience_mismatch",
  "lifetime_too_long",
  "expired",
  "not_yet_valid",
  "issued_in_future",
  "client_unknown",
  "identity_conflict",
  "cnf_required",
  "revoked_token",
  "revoked_credential",
  "revoked_key",
]);

/**
 * The challenges for tokens of a policy's `jwt` sources; empty where it has none.
 *
 * @param realm - That may stand in a quoted string.
 * @param reason - Why the request was refused: an identity error, or something else, of which these challenges say nothing.
 */
export function tokenChallenges(policy: Pick<Policy, "identity">, realm: string, reason: string): readonly string[] {
  return challengesOf(policy, realm, proofError(reason) || tokenError(reason), (hasBound) =>
    hasBound && OF_PROOF.has(reason) ? "" : tokenError(reason),
  );
}

/**
 * The same for a request whose token lacks scopes.
 *
 * @param scopes - That it needs; they are left out where they are none of RFC 6749 §3.3.
 */
export function scopeChallenges(
  policy: Pick<Policy, "identity">,
  realm: string,
  scopes: readonly string[],
): readonly string[] {
  const stated = scopes.every((scope) => SCOPE.test(scope)) ? `, scope="${scopes.join(" ")}"` : "";
  const error = `, error="insufficient_scope"${stated}`;
  return challengesOf(policy, realm, error, () => error);
}

function challengesOf(
  { identity }: Pick<Policy, "identity">,
  realm: string,
  ofBound: string,
  ofBearer: (hasBound: boolean) => string,
): readonly string[] {
  const sources = identity.filter((source) => source.kind === "jwt");
  const bound = sources.filter(({ dpop }) => dpop !== null);
  const challenges: string[] = [];
  if (bound.length > 0) challenges.push(`DPoP realm="${realm}"${ofBound}, algs="${PROOF_ALGORITHMS}"`);
  if (bound.length < sources.length || bound.some(({ dpop }) => dpop === "optional")) {
    challenges.push(`Bearer realm="${realm}"${ofBearer(bound.length > 0)}`);
  }
  return challenges;
}

function proofError(reason: string): string {
  if (reason === "nonce_required") return ', error="use_dpop_nonce"';
  return OF_PROOF.has(reason) ? ', error="invalid_dpop_proof"' : "";
}

/** A request without a token gets no error (RFC 6750 §3.1), and one whose refusal is ours gets none either. */
function tokenError(reason: string): string {
  if (OF_REQUEST.has(reason)) return ', error="invalid_request"';
  return OF_TOKEN.has(reason) || OF_PROOF.has(reason) ? ', error="invalid_token"' : "";
}

/** Why a signed request or a client certificate was refused, as far as tokens and keys have no name for it. */
export const PROOF_ERRORS: readonly string[] = [
  // Signed requests.
  "malformed_signature",
  "created_missing",
  "component_missing",
  "component_duplicate",
  "component_unsupported",
  "query_ambiguous",
  "payload_unsigned",
  "digest_missing",
  "digest_mismatch",
  "body_not_shown",
  "body_too_long",
  "replay_unavailable",
  // Certificates.
  "malformed_certificate",
  "certificate_unverified",
  "certificate_ambiguous",
  "spiffe_malformed",
];

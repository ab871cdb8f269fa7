/** A verifier for each identity source of a policy. */
import type { IdentitySource, Policy } from "../../engine/index.ts";
import type { Config } from "../config.ts";
import { ServerError } from "../server-error.ts";
import { ApiKeys, apiKeyVerifier } from "./api-key.ts";
import { jwtVerifiers, type LoadedFiles } from "./jwt/make-verifiers.ts";
import type { Verifier } from "./verifier.ts";

/**
 * The verifiers of `policy.identity`, in its order.
 *
 * @param placeOf - Where a source stands, as `FILE:LINE:COLUMN`.
 * @param load - Where the policy came from, and its files.
 * @throws {ServerError} `identity_unverifiable` for a source that this server cannot verify (whoever claims to be a client would
 *   be one), `pepper_missing`, `keys_unusable`.
 */
export function makeVerifiers(
  policy: Policy,
  config: Config,
  placeOf: (source: IdentitySource) => string,
  load: LoadedFiles,
): readonly Verifier[] {
  const keys = new ApiKeys(policy, config.peppers);
  // Where certificates are verified, this reads the one that the caller has shown.
  const jwt = jwtVerifiers(policy, config, placeOf, load, () => null);
  return policy.identity.map((source, index) => {
    if (source.kind === "api_key") return apiKeyVerifier(source.header, keys);
    if (source.kind === "jwt") return jwt(index, source);
    throw unverifiable(source, placeOf(source));
  });
}

function unverifiable(source: IdentitySource, place: string): ServerError {
  return new ServerError(
    "identity_unverifiable",
    `${place}: this server cannot verify the identity source \`${nameOf(source)}\``,
    "it verifies `api_key` and `jwt` sources; a proxy in front can verify others and ask at /authz/json",
  );
}

function nameOf(source: IdentitySource): string {
  return source.kind === "hmac" ? `hmac ${source.name}` : source.kind;
}

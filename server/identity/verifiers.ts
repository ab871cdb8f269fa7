/** A verifier for each identity source of a policy. */
import type { IdentitySource, Policy } from "../../engine/index.ts";
import type { Config } from "../config.ts";
import { ServerError } from "../server-error.ts";
import { ApiKeys, apiKeyVerifier } from "./api-key.ts";
import { conveyanceBy } from "./client-certificate/conveyance.ts";
import { CertificateHolders } from "./client-certificate/holders.ts";
import { shownCertificate } from "./client-certificate/shown.ts";
import { certificateVerifier } from "./client-certificate/verifier.ts";
import { clockOf } from "./clock.ts";
import { type LoadedFiles, readCredentialFile } from "./credential-files.ts";
import { hmacVerifier } from "./hmac/verifier.ts";
import { signatureVerifier } from "./http-signature/verifier.ts";
import { jwtVerifiers } from "./jwt/make-verifiers.ts";
import { unlessRevoked } from "./revocation.ts";
import { tokenStateOf } from "./token-state.ts";
import type { Verifier } from "./verifier.ts";

/**
 * The verifiers of `policy.identity`, in its order.
 *
 * @param placeOf - Where a source stands, as `FILE:LINE:COLUMN`.
 * @param load - What the policy was loaded from: the files that it names are found from there.
 * @throws {ServerError} `identity_unverifiable` for a source that this server cannot verify (whoever claims to be a client would
 *   be one), `pepper_missing`, `keys_unusable`, `credentials_unusable`.
 */
export function makeVerifiers(
  policy: Policy,
  config: Config,
  placeOf: (source: IdentitySource) => string,
  load: LoadedFiles,
): readonly Verifier[] {
  const keys = new ApiKeys(policy, config.peppers);
  const { revocations } = tokenStateOf(config);
  const jwt = jwtVerifiers(policy, config, placeOf, load, shownCertificate(policy, config));
  const verifierOf = (source: Exclude<IdentitySource, { kind: "jwt" }>): Verifier => {
    switch (source.kind) {
      case "api_key":
        return apiKeyVerifier(source.header, keys);
      case "mtls": {
        const conveyance = conveyanceBy(source.header, config.clientCertificates);
        if (conveyance === null) throw unknownConveyance(source.header, placeOf(source));
        return certificateVerifier(conveyance, new CertificateHolders(policy), clockOf(config));
      }
      case "hmac":
        return hmacVerifier(source, readCredentialFile(load, source, source.secrets), policy, config);
      case "signature":
        if (source.keys.startsWith("https://")) throw unfetched(placeOf(source));
        return signatureVerifier(source, readCredentialFile(load, source, source.keys), policy, config);
    }
  };
  // What a token says of its key is known where it is verified, so revocation is looked at there.
  return policy.identity.map((source, index) =>
    source.kind === "jwt" ? jwt(index, source) : unlessRevoked(verifierOf(source), revocations),
  );
}

function unknownConveyance(header: string, place: string): ServerError {
  return new ServerError(
    "identity_unverifiable",
    `${place}: the header \`${header}\` does not tell how it conveys a certificate`,
    "name `x-forwarded-client-cert` (Envoy), `client-cert` (RFC 9440) or one that ends in `-cert` (nginx)",
  );
}

function unfetched(place: string): ServerError {
  return new ServerError(
    "identity_unverifiable",
    `${place}: the keys of \`signature\` are read from a file, not from an address`,
    "save the key set in a file beside the policy",
  );
}

/** Verifiers of a policy's `jwt` sources. They share what is known of a token, and what the server keeps over reloads. */
import type { LoadResult } from "../../../dsl/index.ts";
import { nodeFiles } from "../../../dsl/index.ts";
import type { Policy } from "../../../engine/index.ts";
import type { Config } from "../../config.ts";
import { ServerError } from "../../server-error.ts";
import { clockOf } from "../clock.ts";
import { isKeyAddress, shownAddress } from "../keys/fetch-keys.ts";
import { readKeyFile } from "../keys/key-file.ts";
import type { KeySource } from "../keys/key-source.ts";
import { isAddress, tokenStateOf } from "../token-state.ts";
import type { LoadedFiles } from "../credential-files.ts";
import type { Verifier } from "../verifier.ts";
import { type JwtSource, JwtVerifier } from "./jwt-verifier.ts";
import type { CertificateOf } from "./possession.ts";
import { TokenClients } from "./token-clients.ts";
import { Tokens } from "./tokens.ts";
import type { Report } from "../../report.ts";

/**
 * Makes the verifier of each `jwt` source by its index in `policy.identity`.
 *
 * @param placeOf - Where a source stands, as `FILE:LINE:COLUMN`.
 * @throws {ServerError} From what is made, `keys_unusable`.
 */
export function jwtVerifiers(
  policy: Policy,
  config: Config,
  placeOf: (source: JwtSource) => string,
  load: LoadedFiles,
  certificateOf: CertificateOf,
): (index: number, source: JwtSource) => Verifier {
  const { tokens: options, report } = config;
  const state = tokenStateOf(config);
  const issuers = policy.identity.flatMap((source) => (source.kind === "jwt" ? [source.issuer] : []));
  const tokens = new Tokens(issuers, options.rememberedMax);
  const clients = new TokenClients(policy.clients);
  return (index, source) =>
    new JwtVerifier(source, {
      keys: keysOf(source, placeOf(source), load, state.keys, report),
      tokens,
      index,
      clients,
      revocations: state.revocations,
      possession: { dpop: source.dpop, proofs: state.proofs, publicOrigins: options.publicOrigins, certificateOf },
      demands: {
        audience: source.audience,
        clientClaim: source.clientClaim,
        lifetimeSeconds: source.lifetimeMicros === null ? null : source.lifetimeMicros / 1e6,
        skewSeconds: options.clockSkewSeconds,
        requiresId: options.requireId,
      },
      now: clockOf(config),
    });
}

/** The files of keys that `jwt` sources of a loaded policy name. */
export function keyFilesOf(load: LoadResult): readonly string[] {
  return (load.policy?.identity ?? []).flatMap((source) =>
    source.kind === "jwt" && !isAddress(source.keys) ? [pathOf(source, load)] : [],
  );
}

function keysOf(
  source: JwtSource,
  place: string,
  load: LoadedFiles,
  stores: { of(url: string): KeySource },
  report: Report,
): KeySource {
  if (!isAddress(source.keys)) {
    return readKeyFile(pathOf(source, load), load.bundle?.files ?? nodeFiles, place, report);
  }
  if (isKeyAddress(source.keys)) return stores.of(source.keys);
  const help = "write `https://…` without a password; `http:` is for addresses of this machine";
  throw new ServerError("keys_unusable", `${place}: keys are not fetched from \`${shownAddress(source.keys)}\``, help);
}

function pathOf({ span, keys }: JwtSource, { sources }: LoadedFiles): string {
  return nodeFiles.resolve(sources[span.file]?.path ?? "", keys);
}

/** The verifier of requests that are signed with a shared secret. */
import { timingSafeEqual } from "node:crypto";
import type { IdentitySource, Policy } from "../../../engine/index.ts";
import type { Config } from "../../config.ts";
import type { ReplayStore } from "../../replay/replay-store.ts";
import { replaysOf } from "../../replay/server-replays.ts";
import { type Clock, clockOf } from "../clock.ts";
import type { CredentialFile } from "../credential-files.ts";
import { unusable } from "../credential-files.ts";
import { nameOfCredential } from "../in-force.ts";
import { refuseReplay } from "../refuse-replay.ts";
import type { Finding, Verifier } from "../verifier.ts";
import { PLAIN } from "./plain.ts";
import type { Claim, HmacScheme } from "./scheme.ts";
import { UNNAMED_SECRETS_MAX } from "./scheme.ts";
import type { HmacSecret } from "./secrets.ts";
import { readSecrets, secretsByKeyId } from "./secrets.ts";
import { SIGV4 } from "./sigv4.ts";
import { STANDARD_WEBHOOKS } from "./standard-webhooks.ts";
import { STRIPE } from "./stripe.ts";

export type HmacSource = IdentitySource & { readonly kind: "hmac" };

const SCHEMES: Readonly<Record<HmacSource["scheme"], HmacScheme>> = {
  standard_webhooks: STANDARD_WEBHOOKS,
  stripe: STRIPE,
  sigv4: SIGV4,
  plain: PLAIN,
};

/** What verifying takes. */
interface Parts {
  readonly source: HmacSource;
  readonly candidates: (claim: Claim) => readonly HmacSecret[];
  readonly clock: Clock;
  readonly signatures: ReplayStore;
}

/**
 * @param file - The source's secrets.
 * @throws {ServerError} `credentials_unusable`.
 */
export function hmacVerifier(source: HmacSource, file: CredentialFile, policy: Policy, config: Config): Verifier {
  const scheme = SCHEMES[source.scheme];
  const secrets = readSecrets(file, scheme.secretForm, policy, process.env, config.report);
  const candidates = candidatesOf(secrets, scheme, source);
  const parts = { source, candidates, clock: clockOf(config), signatures: replaysOf(config).signatures };
  return {
    headers: [scheme.header],
    bodyBytes: config.signedRequests.bodyBytesMax,
    mayWait: false,
    inForce: (markSecret) => ({
      origin: file.path,
      marks: new Map(
        secrets.map(({ client, credential: { id }, bytes }) => [nameOfCredential(client, id), markSecret(bytes)]),
      ),
    }),
    isOffered: (presented) => scheme.isOffered(presented.header(scheme.header)),
    verify: (request, presented) => {
      const claim = scheme.read(request, presented);
      return typeof claim === "string" ? claim : judge(parts, claim);
    },
  };
}

function candidatesOf(secrets: readonly HmacSecret[], scheme: HmacScheme, source: HmacSource): Parts["candidates"] {
  if (scheme.namesKey) {
    const byKeyId = secretsByKeyId(secrets, source);
    return ({ keyId }) => {
      const secret = byKeyId.get(keyId ?? "");
      return secret === undefined ? [] : [secret];
    };
  }
  if (secrets.length <= UNNAMED_SECRETS_MAX) return () => secrets;
  const help = "write a source for each sender, `on` the routes that it calls";
  throw unusable(source.secrets, `has more than ${UNNAMED_SECRETS_MAX} secrets, which would all be tried`, help);
}

function judge({ source, candidates, clock, signatures }: Parts, claim: Claim): Finding {
  const now = clock();
  const { signedAt, scope } = claim;
  if (signedAt + source.toleranceMicros < now) return "expired";
  if (signedAt - source.toleranceMicros > now) return "issued_in_future";
  const secrets = candidates(claim);
  if (secrets.length === 0) return "unknown_key";
  const signers = secrets.filter(({ bytes }) => isSignedWith(claim, bytes));
  const [signer] = signers;
  if (signer === undefined) return "bad_signature";
  const { client, credential, issuer } = signer;
  if (signers.some((other) => other.client !== client)) return "identity_conflict";
  if (scope !== null && issuer !== null && issuer !== scope) return "audience_mismatch";
  // Not by the source: what was sent to one is no other request at a second that has the same secret.
  const mark = `hmac\0${Buffer.from(claim.macWith(signer.bytes)).toString("latin1")}`;
  const end = signedAt + source.toleranceMicros;
  const replayed = claim.repeatable ? null : refuseReplay(signatures, client, mark, end, now);
  return replayed ?? { client, evidence: "signed_request", credential, scopes: null, claims: null };
}

/** Compares with every signature that is offered, so that the time it takes tells nothing of which was nearly right. */
function isSignedWith({ signatures, macWith }: Claim, secret: Uint8Array): boolean {
  const mac = macWith(secret);
  let found = false;
  for (const signature of signatures) if (timingSafeEqual(mac, signature)) found = true;
  return found;
}

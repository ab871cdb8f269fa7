/**
 * Verifies the access tokens of one issuer. The order of the checks is that of RFC 8725bis: form, header, issuer, algorithm, key,
 * signature, claims, client, possession, revocation; the first that fails is the reason.
 */
import type { IdentitySource, Request } from "../../../engine/index.ts";
import type { KeysInForce } from "../in-force.ts";
import { type KeySource, keyFor } from "../keys/key-source.ts";
import type { VerificationKey } from "../keys/jwk.ts";
import type { Revocations } from "../revocation.ts";
import type { Finding, Identity, Presented, Verifier } from "../verifier.ts";
import { ALGORITHMS, algorithmName, isSignedBy } from "./algorithms.ts";
import { hasTokenInQuery, type Scheme, schemeOf, tokenOf } from "./authorization.ts";
import { type Demands, readClaims, timeProblem, type TokenClaims } from "./claims.ts";
import { type CompactToken, TOKEN_LENGTH_MAX } from "./compact.ts";
import { readHeader, type TokenHeader } from "./header.ts";
import { type Carried, type PossessionParts, possessionProblem, readCarried, unboundProblem } from "./possession.ts";
import type { TokenProblem } from "./problem.ts";
import { RefusedTokens } from "./refused-tokens.ts";
import type { TokenClients } from "./token-clients.ts";
import type { Tokens, VerifiedToken } from "./tokens.ts";

/** A `jwt` source of a policy. */
export type JwtSource = Extract<IdentitySource, { readonly kind: "jwt" }>;

/** What a source's verifier works with. */
export interface JwtParts {
  readonly keys: KeySource;
  /** Shared by the policy's sources, which are told apart by `index`. */
  readonly tokens: Tokens;
  readonly index: number;
  readonly clients: TokenClients;
  readonly revocations: Revocations;
  readonly possession: PossessionParts;
  readonly demands: Demands;
  /** Microseconds since the Unix epoch. */
  readonly now: () => number;
}

/** Types that a token may state (RFC 9068 §2.1); `JWT` says nothing. */
const TYPES: ReadonlySet<string | null> = new Set([null, "jwt", "at+jwt"]);

export class JwtVerifier implements Verifier {
  readonly headers: readonly string[];
  readonly mayWait: boolean;
  readonly #source: JwtSource;
  readonly #parts: JwtParts;
  readonly #rsaDefault: string | null;
  readonly #refused = new RefusedTokens();

  constructor(source: JwtSource, parts: JwtParts) {
    this.headers = source.dpop === null ? ["authorization"] : ["authorization", "dpop"];
    this.mayWait = parts.keys.mayWait;
    this.#source = source;
    this.#parts = parts;
    this.#rsaDefault = rsaDefaultOf(source.algorithms);
  }

  inForce(): KeysInForce {
    const { origin, set } = this.#parts.keys;
    const marks = set?.keys.map(
      ({ kid, thumbprint, alg }) => [`${kid ?? ""} ${thumbprint}`.trim(), alg ?? ""] as const,
    );
    return { origin, marks: marks === undefined ? null : new Map(marks) };
  }

  isOffered(presented: Presented, request: Request): boolean {
    const header = presented.header("authorization");
    if (schemeOf(header) === null) return hasTokenInQuery(request.path);
    return this.#parts.tokens.concerns(tokenOf(header), this.#source.issuer);
  }

  verify(request: Request, presented: Presented): Finding | Promise<Finding> {
    const header = presented.header("authorization");
    const scheme = schemeOf(header);
    if (scheme === null) return "credential_in_query";
    const text = tokenOf(header);
    if (hasTokenInQuery(request.path) || text.includes(",")) return "multiple_credentials";
    if (text.length > TOKEN_LENGTH_MAX) return "malformed_token";
    const found = this.#find(text);
    if (!(found instanceof Promise)) return this.#judge(found, text, scheme, request, presented, null);
    const carried = readCarried(this.#parts.possession, request, presented);
    return found.then((token) => this.#judge(token, text, scheme, request, presented, carried));
  }

  // ── whether the token verifies ──────────────────────────────────────────────

  /** What the token is, as remembered or as found out now. */
  #find(text: string): VerifiedToken | TokenProblem | Promise<VerifiedToken | TokenProblem> {
    const { tokens, index, keys } = this.#parts;
    const digest = tokens.digestOf(text);
    const known = tokens.find(digest, index);
    if (known !== undefined && keys.set?.keys.includes(known.key) === true) return known;
    const refused = this.#refused.problemOf(digest, keys.set, this.#nowSeconds());
    if (refused !== null) return refused;
    const token = tokens.formOf(text);
    if (typeof token === "string") return token;
    const header = this.#readHeader(token);
    if (typeof header === "string") return header;
    const key = keyFor(keys, header.kid, header.alg, this.#rsaDefault);
    const asked = key === "unknown_key" || key === "keys_unavailable" ? keys.ask() : null;
    if (asked === null) return this.#verifyBy(key, token, header, digest);
    return asked.then(() =>
      this.#verifyBy(keyFor(keys, header.kid, header.alg, this.#rsaDefault), token, header, digest),
    );
  }

  #readHeader({ header, payload }: CompactToken): TokenHeader | TokenProblem {
    const { issuer, algorithms } = this.#source;
    const read = readHeader(header, false);
    if (typeof read === "string") return read;
    if (payload["iss"] !== issuer) return payload["iss"] === undefined ? "claim_missing" : "unknown_issuer";
    if (!algorithms.includes(read.alg)) return "alg_not_allowed";
    return TYPES.has(read.typ) ? read : "typ_mismatch";
  }

  #verifyBy(
    key: VerificationKey | TokenProblem,
    token: CompactToken,
    { alg, kid }: TokenHeader,
    digest: string,
  ): VerifiedToken | TokenProblem {
    if (typeof key === "string") return key;
    const { text, signedLength, signature, payload } = token;
    const algorithm = ALGORITHMS.get(alg);
    if (algorithm === undefined) return "alg_not_allowed";
    const now = this.#nowSeconds();
    const isSigned = isSignedBy(algorithm, key.key, text.slice(0, signedLength), signature);
    const claims = isSigned ? readClaims(payload, this.#parts.demands, now) : "bad_signature";
    if (typeof claims === "string") {
      this.#refused.add(digest, claims, key, now);
      return claims;
    }
    const verified = this.#describe(key, kid, claims, payload);
    this.#parts.tokens.remember(digest, this.#parts.index, verified);
    return verified;
  }

  #describe(
    key: VerificationKey,
    kid: string | null,
    claims: TokenClaims,
    payload: CompactToken["payload"],
  ): VerifiedToken {
    const { issuer } = this.#source;
    const { id, subject, issuedAt, confirmation } = claims;
    const identity = this.#identityOf(claims, payload);
    const client = typeof identity === "string" ? "" : identity.client;
    const facts = {
      issuer,
      id,
      subject,
      client,
      keyId: kid ?? key.kid,
      keyThumbprint: key.thumbprint,
      issuedAt,
    };
    return { key, times: claims, confirmation, identity, facts };
  }

  /** The token's own times count, and the inventory's where they end before. */
  #identityOf(claims: TokenClaims, payload: CompactToken["payload"]): Identity | TokenProblem {
    const found = this.#parts.clients.find(this.#source.issuer, claims.client);
    if (typeof found === "string") return found;
    const { client, credential } = found;
    const ends = (claims.expiresAt + this.#parts.demands.skewSeconds) * 1e6;
    return {
      client,
      evidence: claims.confirmation === null ? "bearer_token" : "bound_token",
      credential: {
        id: credential.id,
        issued: claims.issuedAt * 1e6,
        expires: Math.min(ends, credential.expires ?? Number.POSITIVE_INFINITY),
      },
      scopes: claims.scopes,
      claims: payload,
    };
  }

  // ── whether it does for this request ────────────────────────────────────────

  #judge(
    token: VerifiedToken | TokenProblem,
    text: string,
    scheme: Scheme,
    request: Request,
    presented: Presented,
    carried: Carried | null,
  ): Finding {
    if (typeof token === "string") return token;
    const { times, identity, confirmation, facts } = token;
    const now = this.#nowSeconds();
    const untimely = timeProblem(times, this.#parts.demands.skewSeconds, now);
    if (untimely === "expired") this.#parts.tokens.forget(this.#parts.tokens.digestOf(text));
    if (untimely !== null) return untimely;
    if (typeof identity === "string") return identity;
    const { possession, revocations } = this.#parts;
    if (confirmation === "unknown") return "cnf_mismatch";
    const unproven =
      confirmation === null
        ? unboundProblem(possession, scheme)
        : possessionProblem(
            possession,
            confirmation,
            scheme,
            carried ?? readCarried(possession, request, presented),
            text,
            now,
          );
    return unproven ?? revocations.denied(facts) ?? revocations.deniedClient(identity) ?? identity;
  }

  #nowSeconds(): number {
    return Math.floor(this.#parts.now() / 1e6);
  }
}

/** RSA keys are often published without `alg`; each is for one algorithm, so the policy's choice says which. */
function rsaDefaultOf(algorithms: readonly string[]): string | null {
  if (algorithms.includes("RS256")) return "RS256";
  return algorithms.find((alg) => ALGORITHMS.get(algorithmName(alg))?.kty === "RSA") ?? null;
}

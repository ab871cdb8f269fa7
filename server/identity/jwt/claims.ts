/**
 * The claims of a token whose signature holds (RFC 7519 §4.1, RFC 9068 §4), in the order in which they are judged. Times are integer
 * seconds since the Unix epoch: a number that is none, or that a reader could round, is refused.
 */
import type { TokenProblem } from "./problem.ts";

/** What a source asks of its tokens. */
export interface Demands {
  readonly audience: readonly string[];
  readonly clientClaim: string;
  /** Longest time from `iat` to `exp`, in seconds; null for any. */
  readonly lifetimeSeconds: number | null;
  readonly skewSeconds: number;
  /** Whether a token without `jti` is refused. */
  readonly requiresId: boolean;
}

/** When a token is accepted; looked at on every request. */
export interface TokenTimes {
  readonly expiresAt: number;
  readonly notBefore: number | null;
  readonly issuedAt: number;
}

/** To what a token is bound (RFC 7800): each member that is not null must be shown. */
export interface Confirmation {
  /** Thumbprint of the key that signs DPoP proofs. */
  readonly jkt: string | null;
  /** `x5t#S256` (RFC 8705). */
  readonly certificate: string | null;
}

export interface TokenClaims extends TokenTimes {
  /** The client's name at the issuer. */
  readonly client: string;
  readonly id: string | null;
  readonly subject: string | null;
  readonly scopes: readonly string[];
  /** Null where the token is bound to nothing, `unknown` where it is bound to something that cannot be checked. */
  readonly confirmation: Confirmation | "unknown" | null;
}

type Payload = Readonly<Record<string, unknown>>;
const TEXT_LENGTH_MAX = 256;
/** Claims that only other tokens have: ID tokens (OpenID Connect Core §3.3.2.11) and security events (RFC 8417 §2.2). */
const OTHER_TOKENS = ["at_hash", "c_hash", "events"] as const;

export function readClaims(payload: Payload, demands: Demands, nowSeconds: number): TokenClaims | TokenProblem {
  const problem = audienceProblem(payload["aud"], demands.audience) ?? timesProblem(payload);
  if (problem !== null) return problem;
  const times = {
    expiresAt: payload["exp"],
    notBefore: payload["nbf"] ?? null,
    issuedAt: payload["iat"],
  } as TokenTimes;
  const untimely = timeProblem(times, demands.skewSeconds, nowSeconds) ?? lifetimeProblem(times, demands);
  if (untimely !== null) return untimely;
  if (OTHER_TOKENS.some((name) => Object.hasOwn(payload, name))) return "typ_mismatch";
  return readParties(payload, times, demands);
}

/** Why a token is not accepted now. */
export function timeProblem(times: TokenTimes, skewSeconds: number, nowSeconds: number): TokenProblem | null {
  const { expiresAt, notBefore, issuedAt } = times;
  if (nowSeconds >= expiresAt + skewSeconds) return "expired";
  if (notBefore !== null && notBefore > nowSeconds + skewSeconds) return "not_yet_valid";
  return issuedAt > nowSeconds + skewSeconds ? "issued_in_future" : null;
}

function audienceProblem(aud: unknown, audience: readonly string[]): TokenProblem | null {
  if (aud === undefined) return "claim_missing";
  const named = typeof aud === "string" ? [aud] : aud;
  if (!isTexts(named)) return "claim_type";
  return named.some((name) => audience.includes(name)) ? null : "audience_mismatch";
}

function timesProblem({ exp, nbf, iat }: Payload): TokenProblem | null {
  if (exp === undefined || iat === undefined) return "claim_missing";
  const times = nbf === undefined ? [exp, iat] : [exp, iat, nbf];
  return times.every((time) => Number.isSafeInteger(time) && Number(time) >= 0) ? null : "claim_type";
}

function lifetimeProblem({ expiresAt, issuedAt }: TokenTimes, { lifetimeSeconds }: Demands): TokenProblem | null {
  return lifetimeSeconds !== null && expiresAt - issuedAt > lifetimeSeconds ? "lifetime_too_long" : null;
}

/** Who it is about, and what for. */
function readParties(payload: Payload, times: TokenTimes, demands: Demands): TokenClaims | TokenProblem {
  const { jti, sub } = payload;
  const client = Object.hasOwn(payload, demands.clientClaim) ? payload[demands.clientClaim] : undefined;
  if (client === undefined || ((jti === undefined || jti === "") && demands.requiresId)) return "claim_missing";
  const scopes = readScopes(payload["scope"] === undefined ? payload["scp"] : payload["scope"]);
  if (!isShort(client) || !isAbsentOrShort(jti) || !isAbsentOrShort(sub) || scopes === null) return "claim_type";
  const confirmation = Object.hasOwn(payload, "cnf") ? readConfirmation(payload["cnf"]) : null;
  return { ...times, client, id: textOrNull(jti), subject: textOrNull(sub), scopes, confirmation };
}

/** A list with spaces between (RFC 8693 §4.2), or an array, as some issuers write it under `scp`. */
function readScopes(scope: unknown): readonly string[] | null {
  if (scope === undefined) return [];
  if (typeof scope === "string") return scope.split(" ").filter((name) => name !== "");
  return isTexts(scope) ? scope : null;
}

function readConfirmation(cnf: unknown): Confirmation | "unknown" {
  if (typeof cnf !== "object" || cnf === null || Array.isArray(cnf)) return "unknown";
  const { jkt, "x5t#S256": certificate, ...others } = cnf as Payload;
  const isKnown = Object.keys(others).length === 0 && (jkt !== undefined || certificate !== undefined);
  // A member that is `null` binds to nothing, and is no proof of anything.
  if (!isKnown || !isAbsentOrShort(jkt) || !isAbsentOrShort(certificate)) return "unknown";
  return { jkt: textOrNull(jkt), certificate: textOrNull(certificate) };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function isShort(value: unknown): value is string {
  return typeof value === "string" && value.length <= TEXT_LENGTH_MAX;
}

/** `null` is a value, and of no claim here one that it may have (RFC 7519 §4.1). */
function isAbsentOrShort(value: unknown): boolean {
  return value === undefined || isShort(value);
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

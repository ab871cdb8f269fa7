/** Options of access tokens. */
import { ENTRIES_MAX } from "../replay/replay-memory.ts";
import { invalidOption, type ServerError } from "../server-error.ts";

/** Access tokens and the proofs of those that are bound to a key. */
export interface TokenOptions {
  /**
   * Origins under which callers reach this server, such as `https://api.example.com`; a DPoP proof must name one of them. Default: the
   * request's host, by the scheme that a trusted proxy says in `X-Forwarded-Proto` (`https` if it says none), and by `http` from anyone
   * else.
   */
  readonly publicOrigins?: readonly string[];
  /** Seconds that an issuer's clock may differ from ours; at most 300. Default 60. */
  readonly clockSkewSeconds?: number;
  /** Whether a token without `jti` is refused, so that each one can be revoked by itself. Default false. */
  readonly requireId?: boolean;
  /** Verified tokens remembered at once, over all sources of the policy. Default 10,000. */
  readonly rememberedMax?: number;
  /**
   * Whether key sets that were fetched are kept in `data` over restarts, for addresses that do not answer the next start. Default true;
   * without `data` none are kept.
   */
  readonly keepKeys?: boolean;
  /** Whether DPoP proofs need a nonce of this server. Default false. */
  readonly dpopNonce?: boolean;
  /**
   * DPoP proofs remembered so that none is accepted twice; one key has at most an eighth of them. Where there is no room, proofs are
   * refused as `replayed`. Default 262,144.
   */
  readonly dpopProofsMax?: number;
}

const SKEW_MAX = 300;

/** @throws {ServerError} `option_invalid`, naming the option. */
export function readTokenOptions(options: TokenOptions = {}): Required<TokenOptions> {
  return {
    publicOrigins: (options.publicOrigins ?? []).map(readOrigin),
    clockSkewSeconds: within("clockSkewSeconds", options.clockSkewSeconds ?? 60, 0, SKEW_MAX),
    requireId: options.requireId ?? false,
    rememberedMax: within("rememberedMax", options.rememberedMax ?? 10_000, 1, Number.MAX_SAFE_INTEGER),
    keepKeys: options.keepKeys ?? true,
    dpopNonce: options.dpopNonce ?? false,
    dpopProofsMax: within("dpopProofsMax", options.dpopProofsMax ?? 262_144, 8, ENTRIES_MAX),
  };
}

function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isOrigin = url !== null && url.href === `${url.origin}/` && /^https?:$/.test(url.protocol);
  if (isOrigin) return url.origin;
  throw invalid("publicOrigins", `\`${text}\` is not an origin`, "such as https://api.example.com, without a path");
}

function within(name: keyof TokenOptions, value: number, least: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw invalid(name, `${value} is not a whole number from ${least} to ${most}`);
}

function invalid(name: keyof TokenOptions, message: string, help = ""): ServerError {
  return invalidOption(`tokens.${name}`, message, help);
}

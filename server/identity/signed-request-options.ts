/** Options of signed requests: what their bodies and the memory against replays may take. */
import { ENTRIES_MAX } from "../replay/replay-memory.ts";
import { invalidOption } from "../server-error.ts";

/** What verifying signed requests may take. */
export interface SignedRequestOptions {
  /** Longest body in bytes that a signature is checked over; a longer one is refused as `body_too_long`. Default 1 MiB. */
  readonly bodyBytesMax?: number;
  /** Bytes of all bodies that are held until it is known who signed them; past that, requests are answered 503. Default 64 MiB. */
  readonly bodiesBytesMax?: number;
  /**
   * Signatures remembered, over all sources, so that none is accepted twice; one client has at most a quarter of them. Where there is no
   * room, requests are refused as `replay_unavailable`. Default 262,144; at most 2^24.
   */
  readonly replaysMax?: number;
}

/** @throws {ServerError} `option_invalid`, naming the option. */
export function readSignedRequestOptions(options: SignedRequestOptions = {}): Required<SignedRequestOptions> {
  return {
    bodyBytesMax: countOf("bodyBytesMax", options.bodyBytesMax ?? 1_048_576),
    bodiesBytesMax: countOf("bodiesBytesMax", options.bodiesBytesMax ?? 64 * 1_048_576),
    replaysMax: countOf("replaysMax", options.replaysMax ?? 262_144, ENTRIES_MAX),
  };
}

function countOf(name: keyof SignedRequestOptions, value: number, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? "a positive whole number" : `a whole number from 1 to ${most}`;
  throw invalidOption(`signedRequests.${name}`, `${value} is not ${range}`);
}

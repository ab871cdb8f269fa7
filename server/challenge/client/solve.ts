/** Answers a challenge, within bounds: on work, on time, and by a signal. */
import { ChallengeError } from "./challenge-error.ts";
import { COUNTER_END, HashSearch } from "./hash-search.ts";
import { type Challenge, readChallenge } from "./read-challenge.ts";

/** Bounds of the work. */
export interface SolveOptions {
  /** Ends the work; its reason is thrown. */
  readonly signal?: AbortSignal | null;
  /** Most zero bits that are looked for, up to 32: each doubles the work. Default 22, about four million hashes, some seconds. */
  readonly maxBits?: number;
}

const MAX_BITS = 22;
/** Hashes between two looks at the clock and the signal, and for other tasks to run: about 20 ms. */
const HASHES_AT_ONCE = 16_384;
const TOKEN = /^[A-Za-z0-9_-]{44}$/;

/**
 * Answers a challenge.
 *
 * @param source - As {@link readChallenge} takes it: the refusal's JSON, or the value of `WWW-Authenticate`.
 * @returns The value of `Edge-Answer` to send the request again with.
 * @throws {ChallengeError} Where there is no challenge, it is not to be answered by work, it asks for more than `maxBits`, or its time is over.
 */
export async function solve(source: unknown, { signal, maxBits = MAX_BITS }: SolveOptions = {}): Promise<string> {
  const challenge = readChallenge(source);
  if (challenge === null) throw new ChallengeError("no_challenge", "there is no challenge of the scheme Edge");
  const { kind, token, bits } = challenge;
  if ((kind !== "pow" && kind !== "nonce") || !TOKEN.test(token)) {
    throw new ChallengeError("unsolvable", `a challenge \`${kind}\` is not answered with a token`);
  }
  if (kind === "nonce") return token;
  if (bits > Math.min(maxBits, 32)) {
    throw new ChallengeError("too_hard", `the challenge asks for ${bits} zero bits, more than ${maxBits} (maxBits)`);
  }
  return `${token}.${await search(challenge, signal ?? null)}`;
}

async function search({ token, bits, expires }: Challenge, signal: AbortSignal | null): Promise<number> {
  const work = new HashSearch(token, bits);
  const endsMs = Date.now() + expires * 1_000;
  for (let from = 0; from < COUNTER_END; from += HASHES_AT_ONCE) {
    signal?.throwIfAborted();
    const found = work.run(from, Math.min(from + HASHES_AT_ONCE, COUNTER_END));
    if (found >= 0) return found;
    if (Date.now() > endsMs) break;
    await otherTasks();
  }
  throw new ChallengeError("expired", `no answer was found in the ${expires} s that the challenge was good for`);
}

function otherTasks(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

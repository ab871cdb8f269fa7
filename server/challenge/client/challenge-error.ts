/** Why a challenge is not solved. */

/**
 * - `no_challenge`: what was given holds no challenge of the scheme `Edge`.
 * - `unsolvable`: the challenge asks for a proof that only the program itself can give, such as a DPoP proof.
 * - `too_hard`: it asks for more zero bits than `maxBits`.
 * - `expired`: its time was over before a solution was found.
 */
export type ChallengeErrorCode = "no_challenge" | "unsolvable" | "too_hard" | "expired";

/** What `solve` throws, beside the reason of its signal. */
export class ChallengeError extends Error {
  readonly code: ChallengeErrorCode;

  constructor(code: ChallengeErrorCode, message: string) {
    super(message);
    this.name = "ChallengeError";
    this.code = code;
  }
}

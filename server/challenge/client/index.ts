/**
 * For programs that are challenged: reads a challenge, solves it, and a `fetch` that does both. Touches no API of Node, so it runs in
 * browsers and workers as well.
 */
export { type ChallengeFetchOptions, withChallenges } from "./challenge-fetch.ts";
export { ChallengeError, type ChallengeErrorCode } from "./challenge-error.ts";
export { type Challenge, readChallenge } from "./read-challenge.ts";
export { solve, type SolveOptions } from "./solve.ts";

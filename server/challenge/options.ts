/** Options of challenges, with their defaults. */
import { randomBytes } from "node:crypto";
import { ENTRIES_MAX, type ReplayBounds } from "../replay/replay-memory.ts";
import { invalidOption } from "../server-error.ts";

/** What challenges are sealed with, how hard they are, and how long they and their passes last. */
export interface ChallengeOptions {
  /**
   * Secrets that challenges and passes are sealed with, of at least 32 characters: the first seals, every one opens, so that one can be
   * exchanged for another without a challenge lost. Default: what `EDGEPOLICY_CHALLENGE_SECRET` says (several with commas between), else
   * one made at random, which no other process shares and no restart survives.
   */
  readonly secrets?: readonly string[];
  /** Zero bits that the hash of an answer to `challenge pow` begins with, 1 to 32. Default 18: 262,144 hashes on average. */
  readonly bits?: number;
  /** Milliseconds that a challenge can be answered in. Default 120,000. */
  readonly lifetimeMs?: number;
  /** Milliseconds that a pass is good for. Default 300,000. */
  readonly passMs?: number;
  /**
   * Answers of each kind that are remembered as used; one more is refused until older ones have run out. One caller has at most an
   * eighth of them. Default 65,536.
   */
  readonly answersMax?: number;
}

/** Options with nothing left open. */
export interface ChallengeConfig {
  readonly secrets: readonly string[];
  /** Whether the secret was made at random. */
  readonly isRandom: boolean;
  readonly bits: number;
  readonly lifetimeMs: number;
  readonly passMs: number;
  readonly answersMax: number;
}

const SECRET_LENGTH_MIN = 32;
const SECRETS_MAX = 8;
const BITS_MAX = 32;
/** A day: a pass is for some minutes, and what is longer is a credential. */
const MS_MAX = 86_400_000;

/**
 * The options with their defaults.
 *
 * @throws {ServerError} `option_invalid`, naming the option.
 * @internal
 */
export function readChallengeOptions(options: ChallengeOptions = {}): ChallengeConfig {
  const secrets = readSecrets(options.secrets);
  return {
    secrets: secrets.length > 0 ? secrets : [randomBytes(32).toString("base64")],
    isRandom: secrets.length === 0,
    bits: within("bits", options.bits ?? 18, BITS_MAX),
    lifetimeMs: within("lifetimeMs", options.lifetimeMs ?? 120_000, MS_MAX),
    passMs: within("passMs", options.passMs ?? 300_000, MS_MAX),
    answersMax: within("answersMax", options.answersMax ?? 65_536, ENTRIES_MAX),
  };
}

function readSecrets(option: readonly string[] | undefined): readonly string[] {
  const name = option === undefined ? "EDGEPOLICY_CHALLENGE_SECRET" : "challenges.secrets";
  const secrets = option ?? (process.env["EDGEPOLICY_CHALLENGE_SECRET"] ?? "").split(",").filter((text) => text !== "");
  if (secrets.length > SECRETS_MAX) throw invalidOption(name, `${secrets.length} secrets are more than ${SECRETS_MAX}`);
  if (secrets.some((secret) => secret.length < SECRET_LENGTH_MIN)) {
    throw invalidOption(
      name,
      `a secret has at least ${SECRET_LENGTH_MIN} characters`,
      "`openssl rand -base64 32` makes one",
    );
  }
  return secrets;
}

function within(name: string, value: number, most: number): number {
  if (Number.isSafeInteger(value) && value >= 1 && value <= most) return value;
  throw invalidOption(`challenges.${name}`, `${value} is not a whole number from 1 to ${most}`);
}

/** A caller has an eighth of the room: an answer to `nonce` costs nothing, so one caller could have everybody's refused. */
const SHARE_OF_CALLER = 8;

/** How many used answers of one kind are remembered. */
export function answerBounds({ answersMax }: Pick<ChallengeConfig, "answersMax">): ReplayBounds {
  return { most: answersMax, mostOfOwner: Math.ceil(answersMax / SHARE_OF_CALLER) };
}

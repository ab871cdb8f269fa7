import { describe, expect, it, vi } from "vitest";
import { readChallengeOptions } from "../../../../server/challenge/options.ts";

const LONG = "0123456789abcdef0123456789abcdef";

describe("readChallengeOptions", () => {
  it("has defaults, and a secret of this process alone", () => {
    const config = readChallengeOptions();
    expect(config).toMatchObject({
      isRandom: true,
      bits: 18,
      lifetimeMs: 120_000,
      passMs: 300_000,
      answersMax: 65_536,
    });
    expect(config.secrets[0]).not.toBe(readChallengeOptions().secrets[0]);
    expect(config.secrets[0]?.length).toBeGreaterThanOrEqual(32);
  });

  it("reads secrets of the environment, the option first", () => {
    vi.stubEnv("EDGEPOLICY_CHALLENGE_SECRET", `${LONG}a,${LONG}b`);
    expect(readChallengeOptions()).toMatchObject({ isRandom: false, secrets: [`${LONG}a`, `${LONG}b`] });
    expect(readChallengeOptions({ secrets: [LONG] }).secrets).toEqual([LONG]);
    vi.unstubAllEnvs();
  });

  it.each([
    [{ secrets: ["short"] }, "option challenges.secrets: a secret has at least 32 characters"],
    [{ secrets: Array.from({ length: 9 }, () => LONG) }, "option challenges.secrets: 9 secrets are more than 8"],
    [{ bits: 33 }, "option challenges.bits: 33 is not a whole number from 1 to 32"],
    [{ bits: 0 }, "option challenges.bits: 0 is not a whole number from 1 to 32"],
    [{ passMs: 86_400_001 }, "option challenges.passMs: 86400001 is not a whole number from 1 to 86400000"],
    [{ lifetimeMs: 1.5 }, "option challenges.lifetimeMs: 1.5 is not a whole number from 1 to 86400000"],
    [{ answersMax: 0 }, "option challenges.answersMax: 0 is not a whole number from 1 to 16777216"],
  ])("refuses %j", (options, message) => {
    expect(() => readChallengeOptions(options)).toThrow(expect.objectContaining({ code: "option_invalid", message }));
  });
});

/** The same attacks with nothing in their way: what a policy's effect on an attacker is measured against. */
import type { Scenario } from "../../dsl/index.ts";
import type { Policy } from "../../engine/index.ts";
import { type AttackMeasures } from "./measures.ts";
import { type RunOptions, runSeed } from "../run.ts";

/** What an attack achieves where nobody refuses it anything. */
export type UnopposedAttack = Pick<
  AttackMeasures,
  "name" | "offered" | "succeeded" | "sources" | "lastedMicros" | "solved"
>;

/** `policy` without its rules and limits: it lets everything through. */
export function withoutRules(policy: Policy): Policy {
  const settings = {
    ...policy.settings,
    default: "allow",
    ambiguousPaths: "allow",
    refusedCredentials: "pass",
  } as const;
  return { ...policy, settings, rules: [], limits: [], order: [] };
}

/**
 * Runs the attacks of a scenario alone, against no policy. They draw from streams of their own, so they are those that the
 * policy meets with the same seed.
 */
export function runUnopposed(
  policy: Policy,
  scenario: Scenario,
  seed: number,
  { maxRequests }: Pick<RunOptions, "maxRequests"> = {},
): readonly UnopposedAttack[] {
  const alone = { ...scenario, populations: [], expectations: [] };
  const options = maxRequests === undefined ? {} : { maxRequests };
  return runSeed(withoutRules(policy), alone, seed, options).attacks.map(
    ({ name, offered, succeeded, sources, lastedMicros, solved }) => ({
      ...{ name, offered, succeeded, sources, lastedMicros, solved },
    }),
  );
}

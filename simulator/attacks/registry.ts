/** The simulation of each model of attacks, by its name in the language. */
import type { Attacker, AttackSetup } from "./attacker.ts";
import { CredentialStuffing } from "./credential-stuffing.ts";

const ATTACKERS: Readonly<Record<string, new (setup: AttackSetup) => Attacker>> = {
  credential_stuffing: CredentialStuffing,
};

/** Makes the attacker of an attack. */
export function makeAttacker(setup: AttackSetup): Attacker {
  const Model = ATTACKERS[setup.attack.model];
  if (Model === undefined) throw new RangeError(`no attack model ${setup.attack.model}`);
  return new Model(setup);
}

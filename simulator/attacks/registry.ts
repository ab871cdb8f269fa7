/** The simulation of each model of attacks, by its name in the language. */
import type { Attacker, AttackSetup } from "./attacker.ts";
import { AccountCreation } from "./account-creation.ts";
import { CardTesting } from "./card-testing.ts";
import { CredentialCracking } from "./credential-cracking.ts";
import { CredentialStuffing } from "./credential-stuffing.ts";
import { Flood } from "./flood.ts";
import { IdEnumeration } from "./id-enumeration.ts";
import { InventoryHoarding } from "./inventory-hoarding.ts";
import { KeyLeak } from "./key-leak.ts";
import { KeySpray } from "./key-spray.ts";
import { LowAndSlow } from "./low-and-slow.ts";
import { PasswordSpray } from "./password-spray.ts";
import { Scalping } from "./scalping.ts";
import { Scraping } from "./scraping.ts";
import { TokenTheft } from "./token-theft.ts";
import { VulnerabilityScan } from "./vulnerability-scan.ts";

const ATTACKERS: Readonly<Record<string, new (setup: AttackSetup) => Attacker>> = {
  credential_stuffing: CredentialStuffing,
  credential_cracking: CredentialCracking,
  password_spray: PasswordSpray,
  scraping: Scraping,
  id_enumeration: IdEnumeration,
  inventory_hoarding: InventoryHoarding,
  scalping: Scalping,
  card_testing: CardTesting,
  token_theft: TokenTheft,
  key_leak: KeyLeak,
  low_and_slow: LowAndSlow,
  key_spray: KeySpray,
  flood: Flood,
  vulnerability_scan: VulnerabilityScan,
  account_creation: AccountCreation,
};

/** Makes the attacker of an attack. */
export function makeAttacker(setup: AttackSetup): Attacker {
  const Model = ATTACKERS[setup.attack.model];
  if (Model === undefined) throw new RangeError(`no attack model ${setup.attack.model}`);
  return new Model(setup);
}

/** Every model of attacks, in the order of the documentation. */
import { ACCOUNT_CREATION } from "./account-creation.ts";
import { CARD_TESTING } from "./card-testing.ts";
import { CREDENTIAL_CRACKING } from "./credential-cracking.ts";
import { CREDENTIAL_STUFFING } from "./credential-stuffing.ts";
import { FLOOD } from "./flood.ts";
import { ID_ENUMERATION } from "./id-enumeration.ts";
import { INVENTORY_HOARDING } from "./inventory-hoarding.ts";
import { KEY_LEAK } from "./key-leak.ts";
import { KEY_SPRAY } from "./key-spray.ts";
import { LOW_AND_SLOW } from "./low-and-slow.ts";
import { PASSWORD_SPRAY } from "./password-spray.ts";
import { SCALPING } from "./scalping.ts";
import { SCRAPING } from "./scraping.ts";
import { TOKEN_THEFT } from "./token-theft.ts";
import { VULNERABILITY_SCAN } from "./vulnerability-scan.ts";
import type { AttackModel } from "./model.ts";

/** The models. */
export const ATTACK_MODELS: readonly AttackModel[] = [
  CREDENTIAL_STUFFING,
  CREDENTIAL_CRACKING,
  PASSWORD_SPRAY,
  SCRAPING,
  ID_ENUMERATION,
  INVENTORY_HOARDING,
  SCALPING,
  CARD_TESTING,
  TOKEN_THEFT,
  KEY_LEAK,
  LOW_AND_SLOW,
  KEY_SPRAY,
  FLOOD,
  VULNERABILITY_SCAN,
  ACCOUNT_CREATION,
];

/** The model of this name, or null. */
export function attackModel(name: string): AttackModel | null {
  return ATTACK_MODELS.find((model) => model.name === name) ?? null;
}

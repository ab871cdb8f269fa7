/** Every model of attacks, in the order of the documentation. */
import { CREDENTIAL_CRACKING } from "./credential-cracking.ts";
import { CREDENTIAL_STUFFING } from "./credential-stuffing.ts";
import { CARD_TESTING } from "./card-testing.ts";
import { FLOOD } from "./flood.ts";
import { ID_ENUMERATION } from "./id-enumeration.ts";
import { INVENTORY_HOARDING } from "./inventory-hoarding.ts";
import { KEY_LEAK } from "./key-leak.ts";
import { LOW_AND_SLOW } from "./low-and-slow.ts";
import { SCALPING } from "./scalping.ts";
import { SCRAPING } from "./scraping.ts";
import { TOKEN_THEFT } from "./token-theft.ts";
import { VULNERABILITY_SCAN } from "./vulnerability-scan.ts";
import type { AttackModel } from "./model.ts";
import { PASSWORD_SPRAY } from "./password-spray.ts";

/** The models that can be simulated. */
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
  FLOOD,
  VULNERABILITY_SCAN,
];

/** The model of this name, or null. */
export function attackModel(name: string): AttackModel | null {
  return ATTACK_MODELS.find((model) => model.name === name) ?? null;
}

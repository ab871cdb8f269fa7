/** Every model of attacks, in the order of the documentation. */
import { CREDENTIAL_STUFFING } from "./credential-stuffing.ts";
import type { AttackModel } from "./model.ts";

/** The models that can be simulated. */
export const ATTACK_MODELS: readonly AttackModel[] = [CREDENTIAL_STUFFING];

/** The model of this name, or null. */
export function attackModel(name: string): AttackModel | null {
  return ATTACK_MODELS.find((model) => model.name === name) ?? null;
}

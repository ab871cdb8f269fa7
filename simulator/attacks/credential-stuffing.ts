/** `credential_stuffing`: one try for each of many stolen pairs, at a steady pace. */
import { CREDENTIAL_STUFFING, parametersOf } from "../../dsl/index.ts";
import { accountName } from "../request-body.ts";
import { Attacker } from "./attacker.ts";

/** Stolen lists name accounts that no honest client of the simulation has. */
export const FIRST_STOLEN_ACCOUNT = 20_000_000;

/** One campaign. An attacker does not try a pair again: the next one is as good. */
export class CredentialStuffing extends Attacker {
  readonly #success = parametersOf(this.attack, CREDENTIAL_STUFFING).success;
  #tried = 0;

  protected override fill(): void {
    const { body } = this.aim(this.attack.target);
    body.setAccount(accountName(FIRST_STOLEN_ACCOUNT + this.#tried++));
    this.abusive = this.tries.unit() * 100 < this.#success;
    this.status = this.setup.service.signIn(this.abusive);
  }
}

/** `credential_stuffing`: one try for each of many stolen pairs, at a steady pace. */
import { CREDENTIAL_STUFFING, parametersOf } from "../../dsl/index.ts";
import { accountName } from "../request-body.ts";
import { AccountAttacker, FIRST_ATTACKED_ACCOUNT } from "./account-attacker.ts";

/** One campaign. An attacker does not try a pair again: the next one is as good. */
export class CredentialStuffing extends AccountAttacker {
  readonly #success = parametersOf(this.attack, CREDENTIAL_STUFFING).success;
  #tried = 0;

  protected override fill(): void {
    this.setAccount(accountName(FIRST_ATTACKED_ACCOUNT + this.#tried++));
    this.abusive = this.tries.unit() * 100 < this.#success;
    this.status = this.setup.service.signIn(this.abusive);
  }
}

/** `credential_stuffing`: one try for each of many stolen pairs, at a steady pace, which it may reach by a ramp. */
import { CREDENTIAL_STUFFING, parametersOf } from "../../dsl/index.ts";
import { accountName } from "../request-body.ts";
import { AccountAttacker, FIRST_ATTACKED_ACCOUNT } from "./account-attacker.ts";
import { rampedGap } from "./ramp.ts";

/** One campaign. An attacker does not try a pair again: the next one is as good. */
export class CredentialStuffing extends AccountAttacker {
  readonly #parameters = parametersOf(this.attack, CREDENTIAL_STUFFING);
  #tried = 0;

  protected override fill(): void {
    this.setAccount(accountName(FIRST_ATTACKED_ACCOUNT + this.#tried++));
    this.abusive = this.tries.unit() * 100 < this.#parameters.success;
    this.status = this.setup.service.signIn(this.abusive);
  }

  protected override gap(at: number): number {
    return rampedGap(super.gap(at), at - this.attack.fromMicros, this.#parameters.ramp);
  }
}

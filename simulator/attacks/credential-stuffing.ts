/** `credential_stuffing`: one try for each of many stolen pairs, at a steady pace, which it may reach by a ramp. */
import { CREDENTIAL_STUFFING, parametersOf } from "../../dsl/index.ts";
import { accountName } from "../request-body.ts";
import { AccountAttacker, FIRST_ATTACKED_ACCOUNT } from "./account-attacker.ts";

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

/**
 * The gap that takes the place of one at the full rate while the rate rises in proportion to the time since the beginning: as much
 * of the campaign passes in it (inversion of the integrated rate; Çinlar, Introduction to Stochastic Processes, 1975, §4.7).
 *
 * @param gap - At the full rate.
 * @param elapsed - Since the beginning, at the start of the gap.
 * @param ramp - How long the rate rises; 0 for not at all. All in microseconds.
 */
function rampedGap(gap: number, elapsed: number, ramp: number): number {
  if (elapsed >= ramp) return gap;
  // While it rises, t microseconds after the beginning are worth t² / (2 ramp) at the full rate.
  const within = Math.sqrt(elapsed * elapsed + 2 * ramp * gap);
  const end = within <= ramp ? within : gap + ramp / 2 + (elapsed * elapsed) / (2 * ramp);
  return Math.max(1, Math.round(end - elapsed));
}

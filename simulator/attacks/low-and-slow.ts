/** `low_and_slow`: sources one after the other, so that each rests as long as it can, each with a face of its own. */
import { LOW_AND_SLOW, parametersOf } from "../../dsl/index.ts";
import { accountName, signsIn } from "../request-body.ts";
import { FIRST_OBJECT, objectPath } from "../route-call.ts";
import { FIRST_ATTACKED_ACCOUNT } from "./account-attacker.ts";
import { Attacker } from "./attacker.ts";
import { browserFace } from "./faces.ts";

/** One campaign. What it gains is each valid pair, or each object. */
export class LowAndSlow extends Attacker {
  readonly #parameters = parametersOf(this.attack, LOW_AND_SLOW);
  #tried = 0;

  protected override pickSource(): void {
    this.sources.turn();
  }

  protected override fill(): void {
    const { call, body } = this.aim(this.attack.target);
    this.wear(browserFace(this.sources.current));
    const tried = this.#tried++;
    if (signsIn(call.route)) {
      body.setAccount(accountName(FIRST_ATTACKED_ACCOUNT + tried));
      this.abusive = this.tries.unit() * 100 < this.#parameters.success;
      this.status = this.setup.service.signIn(this.abusive);
      return;
    }
    this.request.path = objectPath(call, FIRST_OBJECT + (tried % this.#parameters.objects));
    this.abusive = true;
    this.status = 200;
  }
}

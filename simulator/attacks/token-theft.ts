/** `token_theft`: looks around over all routes with the client's credential, waits, and exports object after object. */
import { parametersOf, TOKEN_THEFT } from "../../dsl/index.ts";
import { exponentialMicros } from "../distributions.ts";
import { FIRST_OBJECT, objectPath } from "../route-call.ts";
import { Attacker, type AttackSetup } from "./attacker.ts";
import { scriptFace } from "./faces.ts";

/** Looking around is this much slower than the export. */
const RECON = 10;

/** One theft. What it gains is each exported object. */
export class TokenTheft extends Attacker {
  readonly #parameters = parametersOf(this.attack, TOKEN_THEFT);
  #sent = 0;
  #exported = 0;

  constructor(setup: AttackSetup) {
    super(setup);
    this.wear(scriptFace(0));
  }

  protected override fill(): void {
    const looks = this.#sent++ < this.#parameters.recon;
    const route = looks ? this.tries.below(this.setup.calls.length) : this.attack.target;
    const { call } = this.aim(route);
    const object = looks ? 0 : this.#exported++ % this.#parameters.objects;
    this.request.path = objectPath(call, FIRST_OBJECT + object);
    this.abusive = !looks;
    this.status = 200;
  }

  protected override gap(): number {
    const { recon, wait } = this.#parameters;
    const pace = exponentialMicros(this.tries, this.#sent < recon ? this.meanGap * RECON : this.meanGap);
    return this.#sent === recon ? pace + wait : pace;
  }
}

/** `id_enumeration`: identifiers by ones or at random, in the path or, where it has none, as the account of the body. */
import { ID_ENUMERATION, parametersOf } from "../../dsl/index.ts";
import { accountName } from "../request-body.ts";
import { objectPath } from "../route-call.ts";
import { Attacker } from "./attacker.ts";

/** One campaign. What it gains is each identifier that exists. */
export class IdEnumeration extends Attacker {
  readonly #parameters = parametersOf(this.attack, ID_ENUMERATION);
  #next = 0;

  protected override fill(): void {
    const { hits, random, space } = this.#parameters;
    const guesses = this.tries.unit() * 100 < random;
    const id = guesses ? this.tries.below(space) : this.#next++ % space;
    const { call, body } = this.aim(this.attack.target);
    this.request.path = objectPath(call, id);
    body.setAccount(accountName(id));
    this.abusive = this.tries.unit() * 100 < hits;
    this.status = this.abusive ? 200 : 404;
  }
}

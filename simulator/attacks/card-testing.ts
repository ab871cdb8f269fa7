/** `card_testing`: one small payment for each stolen card. */
import { CARD_TESTING, parametersOf } from "../../dsl/index.ts";
import { Attacker } from "./attacker.ts";

/** Names of body fields that carry a card, and an amount. */
const CARD = /^(card|pan|number|token|payment)/;
const AMOUNT = /^(amount|total|price|sum)/;
/** The range of card numbers that networks reserve for tests. */
const FIRST_CARD = 4_000_000_000_000_000;
/** Largest amount, in units of the currency. */
const MOST = 2;

/** One campaign. What it gains is each card that is accepted. */
export class CardTesting extends Attacker {
  readonly #valid = parametersOf(this.attack, CARD_TESTING).valid;
  #tried = 0;

  protected override fill(): void {
    const { body } = this.aim(this.attack.target, true);
    body.set(CARD, "string", String(FIRST_CARD + this.#tried++));
    const amount = 1 + this.tries.below(MOST);
    body.set(AMOUNT, "int", amount);
    body.set(AMOUNT, "number", amount);
    this.abusive = this.tries.unit() * 100 < this.#valid;
    this.status = this.abusive ? 200 : 402;
  }
}

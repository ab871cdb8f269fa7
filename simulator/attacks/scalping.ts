/** `scalping`: polls, then baskets at the full rate from the moment of the sale, each paid for at once, until the stock is gone. */
import { parametersOf, SCALPING } from "../../dsl/index.ts";
import { FIRST_OBJECT, objectPath } from "../route-call.ts";
import { Attacker } from "./attacker.ts";

/** Time between filling a basket and paying for it: a script's, no person's. */
export const CHECKOUT_AFTER = 50_000;
/** The part of the rate at which it polls. */
const POLLING = 10;

/** What a request is marked with. */
const POLL = 0;
const BASKET = 1;
const CHECKOUT = 2;

/** One drop. What it gains is each unit that is paid for, or put into a basket where no `checkout` is named. */
export class Scalping extends Attacker {
  readonly #parameters = parametersOf(this.attack, SCALPING);
  readonly #sale = this.attack.fromMicros + this.#parameters.drop;
  #left = this.#parameters.stock;
  #paysNext = false;

  protected override pickSource(): void {
    if (this.#paysNext) this.sources.stay();
    else this.sources.turn();
  }

  protected override fill(at: number): void {
    this.mark = this.#stepAt(at);
    const { poll, checkout } = this.#parameters;
    const { target } = this.attack;
    const route = [poll < 0 ? target : poll, target, checkout][this.mark] ?? target;
    this.request.path = objectPath(this.aim(route, this.mark !== POLL).call, FIRST_OBJECT);
    this.#takeStock();
  }

  /** What is sent again may come when the stock is gone. */
  override recall(place: number, at: number): void {
    super.recall(place, at);
    this.#takeStock();
  }

  protected override learn(admitted: boolean): void {
    this.#paysNext = admitted && this.mark === BASKET && this.#parameters.checkout >= 0 && this.#left > 0;
    if (admitted && this.abusive) this.#left--;
    this.gaveUp ||= this.#left === 0;
  }

  /** Each bot asks at intervals that are a machine's, and all of them in turn. */
  protected override gap(at: number): number {
    if (this.#paysNext) return CHECKOUT_AFTER;
    return at >= this.#sale ? this.meanGap : Math.max(1, Math.min(this.meanGap * POLLING, this.#sale - at));
  }

  #takeStock(): void {
    const last = this.mark === (this.#parameters.checkout < 0 ? BASKET : CHECKOUT);
    this.abusive = last && this.#left > 0;
    this.status = this.mark === POLL || this.#left > 0 ? 200 : 409;
  }

  #stepAt(at: number): number {
    if (this.#paysNext) return CHECKOUT;
    return at < this.#sale ? POLL : BASKET;
  }
}

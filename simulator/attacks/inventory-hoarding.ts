/** `inventory_hoarding`: units are held at the attack's rate until it has them all; each hold is renewed just before its end. */
import { INVENTORY_HOARDING, parametersOf } from "../../dsl/index.ts";
import { exponentialMicros } from "../distributions.ts";
import { FIRST_OBJECT, objectPath } from "../route-call.ts";
import { Attacker } from "./attacker.ts";

/** A hold is renewed after this part of its life. */
export const RENEWED_AFTER = 0.95;

/** One campaign; a request is marked with its unit. What it gains is each unit that is held for another hold's life. */
export class InventoryHoarding extends Attacker {
  readonly #parameters = parametersOf(this.attack, INVENTORY_HOARDING);
  /** Units in the order in which they have to be held again, and when that is. */
  readonly #units: number[] = [];
  readonly #due: number[] = [];
  /** Units held so far at least once, or tried to. */
  #begun = 0;

  protected override fill(): void {
    const { units } = this.#parameters;
    this.mark = this.#begun < units ? this.#begun++ : this.#nextDue();
    this.request.path = objectPath(this.aim(this.attack.target, true).call, FIRST_OBJECT + this.mark);
    this.abusive = true;
    this.status = 200;
  }

  /** A unit that could not be held is tried again in turn. */
  protected override learn(admitted: boolean, at: number): void {
    const { hold } = this.#parameters;
    this.#schedule(admitted ? at + hold * RENEWED_AFTER : at);
  }

  /** The next unit at its pace, but not before it is due. */
  protected override gap(at: number): number {
    const pace = exponentialMicros(this.tries, this.meanGap);
    if (this.#begun < this.#parameters.units) return pace;
    return Math.max(pace, (this.#due[0] ?? at) - at);
  }

  #nextDue(): number {
    this.#due.shift();
    return this.#units.shift() ?? 0;
  }

  #drop(place: number): void {
    this.#units.splice(place, 1);
    this.#due.splice(place, 1);
  }

  #schedule(due: number): void {
    // A request that is sent again has its unit in the queue already, for its next turn.
    const waiting = this.#units.indexOf(this.mark);
    if (waiting >= 0) this.#drop(waiting);
    let place = this.#due.length;
    while (place > 0 && (this.#due[place - 1] ?? 0) > due) place--;
    this.#units.splice(place, 0, this.mark);
    this.#due.splice(place, 0, due);
  }
}

/** `scraping`: a walk over a catalogue at an even pace, with strays, and lists in between. */
import { parametersOf, SCRAPING } from "../../dsl/index.ts";
import { FIRST_OBJECT, objectPath } from "../route-call.ts";
import { Attacker } from "./attacker.ts";

/** One crawl. What it gains is each object once a pass. */
export class Scraping extends Attacker {
  readonly #parameters = parametersOf(this.attack, SCRAPING);
  #next = 0;
  #sinceList = 0;
  #list = 0;

  protected override fill(): void {
    if (this.#parameters.listing >= 0 && this.#sinceList++ % (this.#parameters.page + 1) === 0) return this.#readList();
    const { objects, stray } = this.#parameters;
    const strays = this.tries.unit() * 100 < stray;
    const object = strays ? this.tries.below(objects) : this.#next++ % objects;
    this.request.path = objectPath(this.aim(this.attack.target).call, FIRST_OBJECT + object);
    this.abusive = !strays;
    this.status = 200;
  }

  /** A crawler waits the same time after each request, give or take a tenth: its day has no night. */
  protected override gap(): number {
    return this.meanGap * (0.9 + 0.2 * this.tries.unit());
  }

  #readList(): void {
    this.aim(this.#parameters.listing);
    this.request.path += `?page=${++this.#list}`;
    this.abusive = false;
    this.status = 200;
  }
}

/**
 * Time to containment. design/language: "duration from first attack request to the moment after which under 5 % is
 * admitted". Made exact here: an attack counts as running free in every run of 100 consecutive requests of which 5 or more
 * are admitted, and as contained from its last admitted request in such a run on. Runs of requests, not spans of time, so that an
 * attacker who slows down is judged by the same rule. If the last 100 requests are such a run, it was never contained.
 */

/** Consecutive attack requests that are judged together. */
export const RUN_LENGTH = 100;
/** Admitted requests in such a run that mean that the attack is not contained: 5 %. */
export const ADMITTED_IN_RUN = 5;

/** Watches the requests of one attack in their order. */
export class Containment {
  readonly #admitted = new Uint8Array(RUN_LENGTH);
  #seen = 0;
  #admittedInRun = 0;
  #firstAt = 0;
  #lastAdmittedAt = 0;
  #freeUntil = 0;

  /** @param at - Time of the request in microseconds, never before the one before it. */
  add(at: number, admitted: boolean): void {
    if (this.#seen === 0) this.#firstAt = at;
    const slot = this.#seen++ % RUN_LENGTH;
    this.#admittedInRun += (admitted ? 1 : 0) - (this.#admitted[slot] ?? 0);
    this.#admitted[slot] = admitted ? 1 : 0;
    if (admitted) this.#lastAdmittedAt = at;
    if (this.#admittedInRun >= ADMITTED_IN_RUN) this.#freeUntil = this.#lastAdmittedAt;
  }

  /**
   * Microseconds from the first request to containment; 0 if it never ran free (or never came), null if it was not
   * contained by its end. A campaign of fewer than 100 requests is one run, judged by its share.
   */
  result(): number | null {
    const length = Math.min(this.#seen, RUN_LENGTH);
    if (length > 0 && this.#admittedInRun * RUN_LENGTH >= ADMITTED_IN_RUN * length) return null;
    return this.#freeUntil === 0 ? 0 : this.#freeUntil - this.#firstAt;
  }
}

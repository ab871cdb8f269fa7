/** Requests held back by a `slow` verdict: a bounded number of timers. */

/** The longest delay that a timer of Node takes. */
const TIMER_MS_MAX = 2_147_483_647;

export interface Hold {
  /** Lets go without running what was held, as when the caller has gone. */
  cancel(): void;
}

export class Holds {
  readonly #max: number;
  #current = 0;
  #refused = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Requests held now. */
  get current(): number {
    return this.#current;
  }
  /** Requests that found no room so far. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Runs `release` after `micros`, rounded up to a millisecond.
   *
   * @returns Null when too many requests are held already: nothing will run, answer with a throttle.
   */
  hold(micros: number, release: () => void): Hold | null {
    if (this.#current >= this.#max) {
      this.#refused++;
      return null;
    }
    let held = true;
    const leave = (): void => {
      held = false;
      this.#current--;
    };
    this.#current++;
    const timer = setTimeout(
      () => {
        leave();
        release();
      },
      Math.min(Math.ceil(micros / 1_000), TIMER_MS_MAX),
    );
    const cancel = (): void => {
      clearTimeout(timer);
      if (held) leave();
    };
    return { cancel };
  }
}

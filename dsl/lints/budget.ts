/** Bounds on reasoning. */

/** Work that the lints of one policy may take together; afterwards everything counts as possible. */
export class Budget {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  get exhausted(): boolean {
    return this.#left <= 0;
  }

  /** Takes one step, or so many; false when none is left. */
  spend(steps: number = 1): boolean {
    this.#left -= steps;
    return this.#left >= 0;
  }
}

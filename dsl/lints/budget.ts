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

  /** Takes one step; false when none is left. */
  spend(): boolean {
    this.#left -= 1;
    return this.#left >= 0;
  }
}

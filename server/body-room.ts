/** How many bodies are held in memory at once while it is found out who signed them. */
export class BodyRoom {
  readonly #max: number;
  #held = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Takes a place; false if there is none. */
  take(): boolean {
    if (this.#held >= this.#max) return false;
    this.#held++;
    return true;
  }

  /** Gives a place back. */
  leave(): void {
    this.#held--;
  }
}

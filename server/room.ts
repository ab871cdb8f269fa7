/** Room for so many of something at once: requests that are held, or forwarded. */

export interface Room {
  /** How many are inside, of this thread. */
  readonly current: number;
  /** Whether another one may come in. */
  readonly hasRoom: boolean;
  enter(): void;
  leave(): void;
}

/** Room that nobody else uses. */
export class OwnRoom implements Room {
  current = 0;
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  get hasRoom(): boolean {
    return this.current < this.#max;
  }
  enter(): void {
    this.current++;
  }
  leave(): void {
    this.current--;
  }
}

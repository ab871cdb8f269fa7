/**
 * Room that all workers of a server use together: each has a word with how many of its own are inside. Workers that look at once may both come
 * in, so there may be more than the room is for, by less than the number of workers.
 */
import type { Room } from "../room.ts";

export class SharedRoom implements Room {
  readonly #max: number;
  readonly #words: Int32Array;
  readonly #own: number;

  /**
   * @param words - A word for each worker, shared.
   * @param own - Which of them is this worker's.
   */
  constructor(max: number, words: Int32Array, own: number) {
    this.#max = max;
    this.#words = words;
    this.#own = own;
  }

  get current(): number {
    return Atomics.load(this.#words, this.#own);
  }

  get hasRoom(): boolean {
    let inside = 0;
    for (let index = 0; index < this.#words.length; index++) inside += Atomics.load(this.#words, index);
    return inside < this.#max;
  }

  enter(): void {
    Atomics.add(this.#words, this.#own, 1);
  }

  leave(): void {
    Atomics.sub(this.#words, this.#own, 1);
  }
}

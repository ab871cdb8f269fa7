/**
 * Requests of one turn that have the same deadline. They share a timer, which ends with the last of them: one that went on would keep all that
 * was asked until the deadline, and V8 would have moved it to its old space by then.
 */
export class DeadlineGroup<Asked> {
  readonly ms: number;
  readonly #asked: Asked[] = [];
  readonly #timer: ReturnType<typeof setTimeout>;
  #left = 0;

  /** @param expire - Called at the deadline with all of the group, settled or not, unless all are settled before. */
  constructor(ms: number, expire: (asked: readonly Asked[], ms: number) => void) {
    this.ms = ms;
    this.#timer = setTimeout(() => expire(this.#asked, ms), ms);
  }

  /** Whether it can take another one. */
  get isRunning(): boolean {
    return this.#left > 0;
  }

  add(asked: Asked): void {
    this.#asked.push(asked);
    this.#left++;
  }

  /** One of the group is settled. To be told once of each. */
  settled(): void {
    if (--this.#left === 0) clearTimeout(this.#timer);
  }
}

/**
 * Answers that were used already. Challenges end within one lifetime, so two generations of them hold all that can still be used again,
 * and the older one is dropped as a whole. Bounded: when there is no room, an answer is refused, because one that could not be
 * remembered could be used twice.
 */

/** What became of an answer: it counts, it was used before, or there is no room to remember it. */
export type Use = "first" | "replayed" | "full";

export class UsedAnswers {
  readonly #most: number;
  readonly #lifetimeMs: number;
  /** By when they end: those of `#span` lifetimes since the epoch, and those of the one after. */
  #current = new Set<string>();
  #next = new Set<string>();
  #span = 0;

  /** @param lifetimeMs - The longest that a challenge lives from now on, whatever clock sealed it. */
  constructor(most: number, lifetimeMs: number) {
    this.#most = most;
    this.#lifetimeMs = lifetimeMs;
  }

  /** Answers remembered. */
  get size(): number {
    return this.#current.size + this.#next.size;
  }

  /**
   * Notes that an answer is used.
   *
   * @param id - Of the challenge.
   * @param endsMs - When it ends: after `nowMs`, and no more than a lifetime after.
   * @param nowMs - Never less than at the call before.
   */
  use(id: string, endsMs: number, nowMs: number): Use {
    this.#turn(Math.floor(nowMs / this.#lifetimeMs));
    const generation = Math.floor(endsMs / this.#lifetimeMs) <= this.#span ? this.#current : this.#next;
    if (generation.has(id)) return "replayed";
    if (this.size >= this.#most) return "full";
    generation.add(id);
    return "first";
  }

  #turn(span: number): void {
    if (span === this.#span) return;
    this.#current = span === this.#span + 1 ? this.#next : new Set();
    this.#next = new Set();
    this.#span = span;
  }
}

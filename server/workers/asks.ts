/** Questions to another thread: each is answered, or comes to nothing at its deadline. */
import type { Ask, Questions } from "./messages.ts";

/** Questions that may wait for an answer; one more comes to nothing at once. */
const MOST_WAITING = 4_096;

export class Asks {
  readonly #post: (ask: Ask) => void;
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  #last = 0;

  constructor(post: (ask: Ask) => void) {
    this.#post = post;
  }

  /** Resolves to the answer, or null where there is none in time. */
  ask<K extends keyof Questions>(
    of: K,
    question: Questions[K]["question"],
    deadlineMs: number,
  ): Promise<Questions[K]["answer"] | null> {
    if (this.#waiting.size >= MOST_WAITING) return Promise.resolve(null);
    const number = ++this.#last;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.answered(number, null), deadlineMs);
      this.#waiting.set(number, (answer) => {
        clearTimeout(timer);
        resolve(answer as Questions[K]["answer"] | null);
      });
      this.#post({ kind: "ask", number, of, question } as Ask);
    });
  }

  answered(number: number, answer: unknown): void {
    const resolve = this.#waiting.get(number);
    this.#waiting.delete(number);
    resolve?.(answer);
  }

  /** Whoever was asked is gone. */
  giveUp(): void {
    for (const number of [...this.#waiting.keys()]) this.answered(number, null);
  }
}

/**
 * Answers that wait for their callers to take more of them. Each is tried again from time to time, which shows smaller steps than the system tells
 * of by itself (a third of what it keeps), and is given up when nothing was taken for too long: until then it holds a connection to the service.
 */
import { performance } from "node:perf_hooks";

/** How often they are tried. uWebSockets.js closes a full socket by itself where nothing is tried for 8 seconds. */
const LOOK_MS = 1_000;

/** An answer that waits, or did when it was added. */
export interface Stalled {
  /** Since when nothing of it was taken, in milliseconds; null where it does not wait any more. */
  readonly stalledSince: number | null;
  retry(): void;
  giveUp(): void;
}

export class StalledAnswers {
  readonly #longestMs: number;
  readonly #answers = new Set<Stalled>();
  #timer: NodeJS.Timeout | null = null;

  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  add(answer: Stalled): void {
    this.#answers.add(answer);
    this.#timer ??= setInterval(() => this.#look(), Math.min(LOOK_MS, this.#longestMs / 4)).unref();
  }

  #look(): void {
    const latest = performance.now() - this.#longestMs;
    for (const answer of this.#answers) {
      if (answer.stalledSince !== null) answer.retry();
      // What has moved is looked at again: whoever is fast is mostly between two of its waits.
      const since = answer.stalledSince;
      if (since === null) this.#answers.delete(answer);
      else if (since <= latest) answer.giveUp();
    }
    if (this.#answers.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }
}

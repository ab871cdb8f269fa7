/**
 * Those that wait for a connection to the service, the longest first. How long is bounded: behind a service that hangs, whoever waits last
 * would else wait as often as there are turns before it.
 */
import { performance } from "node:perf_hooks";

/** How often it is looked who has waited too long. */
const LOOK_MS = 200;

export interface Waiter {
  /** It has waited too long. Called once. */
  expire(): void;
}

export class Waiting {
  readonly #longestMs: number;
  /** Since when each waits, in the order in which they came. */
  readonly #since = new Map<Waiter, number>();
  #timer: NodeJS.Timeout | null = null;

  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  add(waiter: Waiter): void {
    this.#since.set(waiter, performance.now());
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Its turn has come, or it waits no more. */
  remove(waiter: Waiter): void {
    this.#since.delete(waiter);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #look(): void {
    const latest = performance.now() - this.#longestMs;
    for (const [waiter, since] of this.#since) {
      if (since > latest) break;
      this.#since.delete(waiter);
      waiter.expire();
    }
    if (this.#since.size === 0) this.close();
  }
}

/**
 * Those that wait for a connection to the service, the longest first. How long is bounded: behind a service that hangs, whoever waits last
 * would else wait as often as there are turns before it.
 *
 * They are a list through the waiters themselves. Nearly every request waits for one turn of the event loop, as undici looks at an idle
 * connection before it uses it. In a Map that takes them up and loses them again, each outgrown table refers to the next one, so once one
 * of them is in V8's old space, all that waits afterwards is kept until the next full collection.
 */
import { performance } from "node:perf_hooks";

/** How often it is looked who has waited too long. */
const LOOK_MS = 200;

/** Who may wait, and its place in the list. */
export abstract class Waiter {
  /** Since when it waits, in milliseconds. */
  since = 0;
  before: Waiter | null = null;
  after: Waiter | null = null;

  /** It has waited too long. Called once. */
  abstract expire(): void;
}

export class Waiting {
  readonly #longestMs: number;
  #first: Waiter | null = null;
  #last: Waiter | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  /** @param waiter - One that does not wait yet. */
  add(waiter: Waiter): void {
    waiter.since = performance.now();
    waiter.before = this.#last;
    if (this.#last === null) this.#first = waiter;
    else this.#last.after = waiter;
    this.#last = waiter;
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** Its turn has come, or it waits no more; nothing happens where it did not wait. */
  remove(waiter: Waiter): void {
    const { before, after } = waiter;
    if (before === null && this.#first !== waiter) return;
    if (before === null) this.#first = after;
    else before.after = after;
    if (after === null) this.#last = before;
    else after.before = before;
    waiter.before = null;
    waiter.after = null;
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #look(): void {
    const latest = performance.now() - this.#longestMs;
    for (let first = this.#first; first !== null && first.since <= latest; first = this.#first) {
      this.remove(first);
      first.expire();
    }
    if (this.#first === null) this.close();
  }
}

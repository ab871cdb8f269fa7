/** The lock of a shared arena: one worker at a time is inside. It spins for about as long as a decision takes, then sleeps. */
import { LOCK, WAITERS } from "./layout.ts";

const SPINS = 200;
/** A sleeper looks again after so long even if nobody wakes it: whoever should have may have died. */
const LOOK_MS = 1;

/**
 * Waits until the worker is inside.
 *
 * @param looks - After how many looks, each a millisecond or less after the one before, it gives up.
 * @returns Whether it is inside.
 */
export function enter(words: Int32Array, worker: number, looks: number): boolean {
  const holder = worker + 1;
  for (let spin = 0; spin < SPINS; spin++) {
    if (Atomics.load(words, LOCK) === 0 && Atomics.compareExchange(words, LOCK, 0, holder) === 0) return true;
  }
  Atomics.add(words, WAITERS, 1);
  let inside = Atomics.compareExchange(words, LOCK, 0, holder);
  for (let look = 0; inside !== 0 && look < looks; look++) {
    Atomics.wait(words, LOCK, inside, LOOK_MS);
    inside = Atomics.compareExchange(words, LOCK, 0, holder);
  }
  Atomics.sub(words, WAITERS, 1);
  return inside === 0;
}

/** Lets the next one in. */
export function leave(words: Int32Array): void {
  Atomics.store(words, LOCK, 0);
  if (Atomics.load(words, WAITERS) > 0) Atomics.notify(words, LOCK, 1);
}

/** The lock of a shared arena: one worker at a time is inside. It spins for about as long as a decision takes, then sleeps. */
import { LOCK, WAITERS } from "./layout.ts";

const SPINS = 200;
/** A sleeper looks again after so long even if nobody wakes it: whoever should have may have died. */
const LOOK_MS = 1;

/** Waits until the worker is inside. */
export function enter(words: Int32Array, worker: number): void {
  const holder = worker + 1;
  for (let spin = 0; spin < SPINS; spin++) {
    if (Atomics.load(words, LOCK) === 0 && Atomics.compareExchange(words, LOCK, 0, holder) === 0) return;
  }
  Atomics.add(words, WAITERS, 1);
  for (;;) {
    const inside = Atomics.compareExchange(words, LOCK, 0, holder);
    if (inside === 0) break;
    Atomics.wait(words, LOCK, inside, LOOK_MS);
  }
  Atomics.sub(words, WAITERS, 1);
}

/** Lets the next one in. */
export function leave(words: Int32Array): void {
  Atomics.store(words, LOCK, 0);
  if (Atomics.load(words, WAITERS) > 0) Atomics.notify(words, LOCK, 1);
}

/** A thread that races for names: it uses each of them in a memory that it shares, and notes how often it was the first. */
import { workerData } from "node:worker_threads";
import type { ReplayBounds, ReplayMemory } from "../../server/replay/replay-memory.ts";
import { ReplayStore } from "../../server/replay/replay-store.ts";

/** What a thread is told. */
export interface ReplayTask {
  readonly bounds: ReplayBounds;
  readonly memory: ReplayMemory;
  readonly names: number;
  /** Milliseconds by which the time goes on with each name. */
  readonly stepMs: number;
  /** Milliseconds that a name lasts from its own moment on. */
  readonly lifeMs: number;
  /** Names of a round. */
  readonly roundOf: number;
  /** Word 0 counts threads that are done with a round; none begins the next before all are. */
  readonly rounds: Int32Array;
  readonly threads: number;
  /** By name, how often it was used first, over all threads. */
  readonly firsts: Int32Array;
}

const START = 1_800_000_000_000;
/** Looks at the others before a thread sleeps: those that wake from sleep do not begin at once. */
const LOOKS = 20_000;

const { bounds, memory, names, stepMs, lifeMs, roundOf, rounds, threads, firsts } = workerData as ReplayTask;
const store = new ReplayStore(bounds, memory);
for (let name = 0; name < names; name++) {
  if (name % roundOf === 0) waitForAll((name / roundOf + 1) * threads);
  const now = START + name * stepMs;
  if (store.use(`owner ${name % 7}`, String(name), now + lifeMs, now) === "first") Atomics.add(firsts, name, 1);
}

function waitForAll(count: number): void {
  Atomics.add(rounds, 0, 1);
  Atomics.notify(rounds, 0);
  for (let look = 0; look < LOOKS; look++) if (Atomics.load(rounds, 0) >= count) return;
  for (let done = Atomics.load(rounds, 0); done < count; done = Atomics.load(rounds, 0)) {
    Atomics.wait(rounds, 0, done, 1_000);
  }
}

/**
 * A worker of shared state: decides requests of a few keys as fast as it can, and notes what it was answered after each answer. What it
 * is told to do comes as `workerData`.
 */
import { workerData } from "node:worker_threads";
import { createEngineWith } from "../../engine/engine.ts";
import { makeOutcome, makeRequest, type Policy, type SharedState } from "../../engine/index.ts";
import { Sharing } from "../../engine/state/shared/shared-state.ts";

/** What a worker is told. */
export interface WorkerTask {
  readonly state: SharedState;
  readonly worker: number;
  readonly policy: Policy;
  /** Requests to decide. */
  readonly requests: number;
  readonly keys: number;
  /** All at the same instant. */
  readonly now: number;
  /** By key: requests answered, and among them those let through. */
  readonly answered: SharedArrayBuffer;
  readonly admitted: SharedArrayBuffer;
  /** Word 0 becomes 1 when this worker stands still within a write; never where `stillAt` is 0. */
  readonly still: SharedArrayBuffer;
  /** At which change of the state it stands still, counted from its first. */
  readonly stillAt: number;
  /** Whether outcomes are reported, each before the next request. */
  readonly observes: boolean;
}

const task = workerData as WorkerTask;
const sharing = new Sharing(task.state, task.worker);
const engine = createEngineWith(sharing, task.policy);
standStill();
work();

/** Holds the thread for good before the given change, inside whatever it is doing. */
function standStill(): void {
  const { guard } = sharing.arena;
  const { still, stillAt } = task;
  if (guard === null || stillAt === 0) return;
  let changes = 0;
  sharing.arena.guard = {
    before: (at, count): void => {
      guard.before(at, count);
      if (++changes < stillAt) return;
      const words = new Int32Array(still);
      Atomics.store(words, 0, 1);
      Atomics.notify(words, 0);
      Atomics.wait(words, 0, 1);
    },
    checkpoint: () => guard.checkpoint?.(),
  };
}

function work(): void {
  const answered = new Int32Array(task.answered);
  const admitted = new Int32Array(task.admitted);
  for (let step = 0; step < task.requests; step++) {
    const key = (step * 7 + task.worker) % task.keys;
    const record = engine.decide(makeRequest({ ip: `10.0.0.${key}`, path: step % 5 === 0 ? "/trap" : "/" }), task.now);
    Atomics.add(answered, key, 1);
    if (record.verdict <= 1) Atomics.add(admitted, key, 1);
    if (task.observes && record.token !== 0) engine.observe(record.token, makeOutcome(200), task.now);
  }
}

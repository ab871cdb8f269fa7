/**
 * Workers that share state, as threads that race: no limit is ever exceeded and no count is lost, also where workers are killed, at any
 * instant or in the middle of a write.
 */
import { Worker } from "node:worker_threads";
import { describe, expect, test } from "vitest";
import { loadPolicyText } from "../../../../../dsl/index.ts";
import {
  createEngine,
  createSharedState,
  type Policy,
  recoverWorker,
  restoreEngine,
  type SharedState,
  StateHeldError,
  type StatefulEngine,
} from "../../../../../engine/index.ts";
import { Sharing } from "../../../../../engine/state/shared/shared-state.ts";
import type { WorkerTask } from "../../../../helpers/shared-worker.ts";

const NOW = Date.UTC(2026, 0, 1) * 1_000;
const KEYS = 8;
const READER = 29;
const SCRIPT = new URL("../../../../helpers/shared-worker.ts", import.meta.url);

function policyOf(text: string): Policy {
  const { policy, diagnostics } = loadPolicyText(`policy "p" { default allow }\n${text}`);
  if (policy === null) throw new Error(diagnostics[0]?.message);
  return policy;
}

interface Crowd {
  readonly state: SharedState;
  readonly policy: Policy;
  readonly answered: SharedArrayBuffer;
  readonly admitted: SharedArrayBuffer;
}

function crowdOf(text: string): Crowd {
  return {
    state: createSharedState({ memoryBytes: 8 << 20, hashKey: [5, 6], snapshots: true }),
    policy: policyOf(text),
    answered: new SharedArrayBuffer(KEYS * 4),
    admitted: new SharedArrayBuffer(KEYS * 4),
  };
}

interface Running {
  readonly worker: Worker;
  readonly still: SharedArrayBuffer;
  readonly ended: Promise<unknown>;
}

function start(crowd: Crowd, worker: number, task: Partial<WorkerTask>): Running {
  const still = new SharedArrayBuffer(4);
  const workerData: WorkerTask = {
    ...crowd,
    worker,
    requests: 4_000,
    keys: KEYS,
    now: NOW,
    still,
    stillAt: 0,
    observes: false,
    ...task,
  };
  const thread = new Worker(SCRIPT, { workerData });
  const ended = new Promise((resolve, reject) => {
    thread.once("error", reject);
    thread.once("exit", resolve);
  });
  return { worker: thread, still, ended };
}

function reader({ state, policy }: Crowd): StatefulEngine {
  return createEngine(policy, { shared: { state, worker: READER } });
}

function numbers(buffer: SharedArrayBuffer): readonly number[] {
  return [...new Int32Array(buffer)];
}

const ip = (key: number): readonly [{ readonly option: number; readonly value: string }] => [
  { option: 0, value: `10.0.0.${key}` },
];

const ALL = [...Array.from({ length: KEYS }).keys()];

describe("racing workers", () => {
  test.each([
    ["a rate's burst", "limit l per ip allow 300 per 1h burst 300"],
    ["an exact limit", "limit l per ip allow 300 per 1h exact"],
    ["a calendar quota", 'limit l per ip allow 300 per day "UTC"'],
    ["requests at once", "limit l per ip allow 300 at once"],
  ])("admit together what %s admits, to the last one", { timeout: 60_000 }, async (_, limit) => {
    const crowd = crowdOf(limit);
    await Promise.all([0, 1, 2].map(async (worker) => start(crowd, worker, {}).ended));
    expect(numbers(crowd.answered).reduce((sum, each) => sum + each)).toBe(12_000);
    expect(numbers(crowd.admitted)).toEqual(ALL.map(() => 300));
  });

  test("lose no event, no ban and no lease given back", { timeout: 60_000 }, async () => {
    const crowd = crowdOf(`signal n = count per ip over 1h
      signal bytes = sum(body.size) per ip over 1h
      limit l per ip allow 2 at once
      rule trap when path == "/trap" then block for 1h per ip`);
    await Promise.all([0, 1, 2].map(async (worker) => start(crowd, worker, { observes: true }).ended));
    const { readings } = reader(crowd);
    expect(ALL.map((key) => readings.signal("n", ip(key), NOW))).toEqual(numbers(crowd.answered));
    for (const key of ALL) expect(readings.ban("trap", ip(key), NOW)).toBe(3_600_000_000);
    for (const key of ALL) expect(readings.limit("l", ip(key), NOW).fullInMicros).toBe(0);
  });
});

describe("a worker that is killed", () => {
  const POLICY = `signal n = count per ip over 1h
    limit l per ip allow 500 per 1h exact
    limit m per ip allow 100000 per 1h burst 100000`;

  test("takes nothing back that was answered, and lets no more through", { timeout: 120_000 }, async () => {
    const crowd = crowdOf(POLICY);
    let kills = 0;
    let inside = 0;
    for (let round = 0; round < 8; round++) {
      const running = [0, 1].map((worker) => start(crowd, worker, { requests: 100_000 }));
      await new Promise((resolve) => setTimeout(resolve, 150 + 17 * round));
      for (const [worker, { worker: thread }] of running.entries()) {
        await thread.terminate();
        kills++;
        if (recoverWorker(crowd.state, worker)) inside++;
      }
    }
    const { readings } = reader(crowd);
    const answered = numbers(crowd.answered);
    const counted = ALL.map((key) => readings.signal("n", ip(key), NOW));
    const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);
    // One whose section was over may not have been noted: at most one a kill.
    expect(sum(counted)).toBeGreaterThanOrEqual(sum(answered));
    expect(sum(counted)).toBeLessThanOrEqual(sum(answered) + kills);
    for (const [key, each] of numbers(crowd.admitted).entries()) {
      expect(each).toBeLessThanOrEqual(500);
      expect(counted[key]).toBeGreaterThanOrEqual(answered[key] ?? 0);
    }
    expect(inside).toBeLessThanOrEqual(kills);
  });

  test.each([1, 5, 12, 40, 300])(
    "in the middle of its change %i never made the decision it was in",
    { timeout: 60_000 },
    async (stillAt) => {
      const crowd = crowdOf(POLICY);
      const [slow, other] = [start(crowd, 0, { stillAt }), start(crowd, 1, { requests: 500 })];
      const words = new Int32Array(slow.still);
      const waited = Atomics.waitAsync(words, 0, 0);
      if (waited.async) await waited.value;
      await slow.worker.terminate();
      expect(recoverWorker(crowd.state, 0)).toBe(true);
      await other.ended;
      const { readings } = reader(crowd);
      // Every decision was answered or never was: the one it died in left no trace.
      expect(ALL.map((key) => readings.signal("n", ip(key), NOW))).toEqual(numbers(crowd.answered));
      expect(numbers(crowd.admitted).every((each) => each <= 500)).toBe(true);
    },
  );
});

describe("a snapshot while workers race", () => {
  const POLICY = "signal n = count per ip over 1h";

  test("has what was decided when it began and nothing else, also where one is killed", {
    timeout: 120_000,
  }, async () => {
    const crowd = crowdOf(POLICY);
    const taker = reader(crowd);
    const racing = [0, 1].map((worker) => start(crowd, worker, { requests: 10_000_000 }));
    let told = 0;
    while (numbers(crowd.answered).some((each) => each < 100)) await new Promise((resolve) => setTimeout(resolve, 10));
    for (let round = 0; round < 12; round++) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      const before = numbers(crowd.answered);
      const snapshot = taker.snapshot();
      const after = numbers(crowd.answered);
      const parts = [snapshot.next()?.slice() ?? new Uint8Array(0)];
      if (round % 3 === 1) {
        await racing[0]?.worker.terminate();
        recoverWorker(crowd.state, 0);
        racing[0] = start(crowd, 0, { requests: 10_000_000 });
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
      for (let part = snapshot.next(); part !== null; part = snapshot.next()) parts.push(part.slice());
      const restored = restoreEngine(Buffer.concat(parts), crowd.policy);
      if (!restored.ok) throw new Error(restored.message);
      for (const key of ALL) {
        const counted = restored.engine.readings.signal("n", ip(key), NOW);
        expect(counted).toBeGreaterThanOrEqual(before[key] ?? 0);
        // Those decided and not noted yet: one a worker, and one for each that was killed so far.
        expect(counted).toBeLessThanOrEqual((after[key] ?? 0) + 2 + 4);
        told += counted;
      }
    }
    expect(told).toBeGreaterThan(10_000);
    for (const { worker } of racing) await worker.terminate();
  });
});

test("shared state keeps nobody for longer than he waits", () => {
  const { state, policy } = crowdOf("");
  const patient = createEngine(policy, { shared: { state, worker: 3, patienceMs: 5 } });
  const held = new Sharing(state, 7);
  held.enter(NOW);
  expect(() => patient.memory()).toThrow(StateHeldError);
  expect(() => patient.memory()).toThrow("worker 7 holds the shared state");
  expect(() => recoverWorker(state, 3)).toThrow(StateHeldError);
  held.leave();
  expect(patient.memory()).toHaveLength(1);
  expect(recoverWorker(state, 3)).toBe(false);
});

import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeReplayMemory, type ReplayBounds } from "../../../../server/replay/replay-memory.ts";
import { ReplayStore, type Use } from "../../../../server/replay/replay-store.ts";
import { check } from "../../../helpers/property.ts";
import type { ReplayTask } from "../../../helpers/replay-worker.ts";

const START = 1_800_000_000_000;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const WIDE: ReplayBounds = { most: 1_000, mostOfOwner: 1_000 };
const SCRIPT = new URL("../../../helpers/replay-worker.ts", import.meta.url);

/** What is remembered at some moment at least: an entry outlives its end by 16 to 32 s. */
class Oracle {
  readonly #bounds: ReplayBounds;
  readonly #ends = new Map<string, { readonly owner: string; readonly endsMs: number }>();

  constructor(bounds: ReplayBounds) {
    this.#bounds = bounds;
  }

  /** What may be answered. */
  use(owner: string, name: string, endsMs: number, nowMs: number): readonly Use[] {
    const known = this.#ends.get(`${owner} ${name}`);
    const step = (ms: number): number => Math.floor(ms / 16_000);
    if (known !== undefined && step(nowMs) - step(known.endsMs) <= 1) return ["replayed"];
    for (const [key, entry] of this.#ends) if (step(nowMs) - step(entry.endsMs) > 1) this.#ends.delete(key);
    const own = [...this.#ends.values()].filter((entry) => entry.owner === owner).length;
    if (this.#ends.size >= this.#bounds.most || own >= this.#bounds.mostOfOwner) return ["full"];
    this.#ends.set(`${owner} ${name}`, { owner, endsMs });
    return ["first"];
  }
}

describe.each([
  ["plain", false],
  ["shared", true],
])("a replay store on %s memory", (_, shared) => {
  const storeFor = (bounds: ReplayBounds): ReplayStore => new ReplayStore(bounds, makeReplayMemory(bounds, shared));

  it("answers as a Map would, at any pace of the clock", () => {
    const event = fc.record({
      owner: fc.constantFrom("a", "b", "c"),
      name: fc.nat(12).map(String),
      later: fc.oneof(fc.nat(2_000), fc.nat(60_000)),
      life: fc.nat(120_000),
    });
    const bounds = fc.constantFrom(WIDE, { most: 9, mostOfOwner: 4 }, { most: 5, mostOfOwner: 5 });
    check(
      fc.property(bounds, fc.array(event, { maxLength: 80 }), (room, events) => {
        const store = storeFor(room);
        const oracle = new Oracle(room);
        let now = START;
        for (const { owner, name, later, life } of events) {
          now += later;
          expect(oracle.use(owner, name, now + life, now)).toContain(store.use(owner, name, now + life, now));
          expect(store.size).toBeLessThanOrEqual(room.most);
        }
      }),
      { runs: 300 },
    );
  });

  it("tells names apart by owner, and remembers one whenever it ends", () => {
    const store = storeFor(WIDE);
    expect(store.use("a", "m", START + MINUTE, START)).toBe("first");
    expect(store.use("a", "m", START + 5 * MINUTE, START)).toBe("replayed");
    expect(store.use("a", "m", START, START)).toBe("replayed");
    expect(store.use("b", "m", START + MINUTE, START)).toBe("first");
    expect(store.use("a", "n", START + MINUTE, START)).toBe("first");
    expect(store.use("a", "m", START + MINUTE, START + MINUTE)).toBe("replayed");
    expect(store.use("a", "m", START + 9 * MINUTE, START + 2 * MINUTE)).toBe("first");
  });

  it("holds what it is for and no more, and has room again when that has ended", () => {
    const most = 20_000;
    const store = storeFor({ most, mostOfOwner: most });
    for (let n = 0; n < most; n++) expect(store.use("", String(n), START + MINUTE, START)).toBe("first");
    expect(store.use("", "x", START + MINUTE, START)).toBe("full");
    expect(store.use("", "7", START + MINUTE, START)).toBe("replayed");
    expect([store.size, store.full]).toEqual([most, 1]);
    expect(store.use("", "x", START + 3 * MINUTE, START + 2 * MINUTE)).toBe("first");
    expect(store.size).toBeLessThan(most);
  });

  it("gives an owner its share, and the rest to others", () => {
    const store = storeFor({ most: 80, mostOfOwner: 10 });
    const uses = Array.from({ length: 100 }, (_each, n) => store.use("loud", String(n), START + MINUTE, START));
    expect(uses.map((use) => use === "first").lastIndexOf(true)).toBe(9);
    expect(store.use("loud", "3", START + MINUTE, START)).toBe("replayed");
    for (let n = 0; n < 70; n++) expect(store.use(`quiet ${n}`, "0", START + MINUTE, START)).toBe("first");
    expect(store.use("another", "0", START + MINUTE, START)).toBe("full");
    expect(store.use("loud", "100", START + 3 * MINUTE, START + 2 * MINUTE)).toBe("first");
    expect(store.size).toBe(1);
  });

  it("clears away what has ended, wherever it is", () => {
    const store = storeFor(WIDE);
    for (let second = 0; second < 10_000; second++) {
      const now = START + second * 1_000;
      expect(store.use("a", String(second), now + 100_000, now)).toBe("first");
    }
    expect(store.size).toBeLessThan(200);
  });

  it("keeps what it knows when the clock is set back, and goes on", () => {
    const store = storeFor({ most: 3, mostOfOwner: 3 });
    expect(store.use("", "a", START + MINUTE, START)).toBe("first");
    for (const back of [MINUTE, DAY, 30 * DAY]) {
      expect(store.use("", "a", START + MINUTE, START - back)).toBe("replayed");
      expect(store.use("", `before ${back}`, START - back + MINUTE, START - back)).toBe("first");
      expect(store.use("", "a", START + MINUTE, START)).toBe("replayed");
    }
  });

  it("remembers nothing that ends too late, or has ended", () => {
    const store = storeFor(WIDE);
    expect(store.use("", "a", START + 60 * DAY, START)).toBe("full");
    expect(store.use("", "a", START - MINUTE, START)).toBe("full");
    expect(store.use("", "a", START + 48 * DAY, START)).toBe("first");
    expect(store.use("", "a", START + 48 * DAY, START + 47 * DAY)).toBe("replayed");
    expect(store.size).toBe(1);
  });
});

describe("a replay store without a memory", () => {
  it("has one of its own", () => {
    const [one, other] = [new ReplayStore(WIDE), new ReplayStore(WIDE)];
    expect(one.size).toBe(0);
    expect(one.use("", "a", START, START)).toBe("first");
    expect(other.use("", "a", START, START)).toBe("first");
    expect(one.use("", "a", START, START)).toBe("replayed");
  });
});

function taskOf(task: Pick<ReplayTask, "bounds" | "names" | "stepMs" | "lifeMs" | "roundOf" | "threads">): ReplayTask {
  const words = (count: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * count));
  return { ...task, memory: makeReplayMemory(task.bounds, true), rounds: words(1), firsts: words(task.names) };
}

/** Threads that all bring the same names at once. */
async function race(task: ReplayTask): Promise<readonly number[]> {
  const ends = Array.from({ length: task.threads }, () => {
    const worker = new Worker(SCRIPT, { workerData: task });
    return new Promise((resolve, reject) => {
      worker.on("error", reject);
      worker.on("exit", resolve);
    });
  });
  await Promise.all(ends);
  return [...task.firsts];
}

describe("threads that share a memory", { timeout: 60_000 }, () => {
  it.each([
    [2, 1],
    [4, 32],
  ])("take each of 10,000 names once between them (%d threads, rounds of %d)", async (threads, roundOf) => {
    const bounds = { most: 10_050, mostOfOwner: 9_000 };
    const task = taskOf({ bounds, names: 10_000, stepMs: 0, lifeMs: MINUTE, roundOf, threads });
    const firsts = await race(task);
    expect(firsts.every((count) => count === 1)).toBe(true);
    expect(new ReplayStore(bounds, task.memory).size).toBe(10_000);
  });

  it("take none twice while others end", async () => {
    const bounds = { most: 200, mostOfOwner: 200 };
    const task = taskOf({ bounds, names: 10_000, stepMs: 500, lifeMs: 20_000, roundOf: 16, threads: 4 });
    const firsts = await race(task);
    expect(firsts.filter((count) => count > 1)).toHaveLength(0);
    // Where two came just as a place became free, neither was taken.
    expect(firsts.filter((count) => count === 1).length).toBeGreaterThan(9_900);
    expect(new ReplayStore(bounds, task.memory).size).toBeLessThan(200);
  });

  it("do not wait for one that was killed", async () => {
    const bounds = { most: 200_000, mostOfOwner: 200_000 };
    const names = 100_000;
    const task = taskOf({ bounds, names, stepMs: 0, lifeMs: MINUTE, roundOf: 1, threads: 1 });
    const worker = new Worker(SCRIPT, { workerData: task });
    await until(() => Atomics.load(task.firsts, 200) === 1);
    await worker.terminate();
    const done = task.firsts.indexOf(0);
    const store = new ReplayStore(bounds, task.memory);
    const use = (name: number): Use => store.use(`owner ${name % 7}`, String(name), START + MINUTE, START);
    for (let name = 0; name < done; name++) expect(use(name)).toBe("replayed");
    // The one that it was at may have been taken without an answer.
    for (let name = done + 1; name < done + 1_000; name++) expect(use(name)).toBe("first");
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1));
}

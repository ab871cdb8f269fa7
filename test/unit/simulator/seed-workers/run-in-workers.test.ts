import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  runScenario,
  runScenarioInWorkers,
  scenarioJson,
  type ScenarioResult,
  SeedPool,
} from "../../../../simulator/index.ts";
import { ScenarioError } from "../../../../simulator/scenario-error.ts";
import { STEADY, STUFFING, stage } from "../../../helpers/scenarios.ts";

const RULES = "limit fair on all per client else ip.network allow 6 per 1m";
const { policy, scenario } = stage(
  RULES,
  `${STEADY}\n${STUFFING}\nexpect crowd.admitted < 60%\nexpect callers.harmed = 0`,
);
const SEEDS = [4, 9, 2, 7, 1];
const bytes = (result: ScenarioResult): string => JSON.stringify(scenarioJson(result));

test("any number of threads gives the bytes that one gives", { timeout: 60_000 }, async () => {
  const alone = runScenario(policy, scenario, { seeds: SEEDS, unopposed: true });
  for (const workers of [1, 2, 3]) {
    const result = await runScenarioInWorkers(policy, scenario, { seeds: SEEDS, unopposed: true, workers });
    expect(result).toEqual(alone);
    expect(bytes(result)).toBe(bytes(alone));
  }
});

test("threads that are kept run one policy after the other", { timeout: 60_000 }, async () => {
  const pool = new SeedPool();
  try {
    for (const allowed of [2, 20]) {
      const other = stage(RULES.replace("allow 6", `allow ${allowed}`), `${STEADY}\n${STUFFING}`);
      const result = await runScenarioInWorkers(other.policy, other.scenario, { seeds: SEEDS, workers: 2, pool });
      expect(result).toEqual(runScenario(other.policy, other.scenario, { seeds: SEEDS }));
    }
  } finally {
    await pool.end();
  }
});

test("decisions come in the order of the seeds, whichever thread is ready first", { timeout: 60_000 }, async () => {
  const linesOf = async (workers: number): Promise<string> => {
    const pieces: string[] = [];
    await runScenarioInWorkers(policy, scenario, { seeds: SEEDS, workers, onLines: (piece) => pieces.push(piece) });
    expect(pieces.every((piece) => piece.endsWith("\n"))).toBe(true);
    return pieces.join("");
  };
  const alone = await linesOf(1);
  expect(await linesOf(2)).toBe(alone);
  const seeds = alone
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { seed: number }).seed);
  expect([...new Set(seeds)]).toEqual(SEEDS);
  expect(seeds).toEqual(seeds.toSorted((a, b) => SEEDS.indexOf(a) - SEEDS.indexOf(b)));
});

test("a seed whose turn has not come waits with its lines, and loses none", { timeout: 120_000 }, async () => {
  // Some 25 MB a seed, more than a thread may be ahead.
  const busy = stage(
    "",
    "population crowd = steady { clients where client.kind is partner rate 1000 per 3s each mix thing 100% }",
  );
  const seeds = [1, 2];
  const hashOf = async (workers: number) => {
    const hash = createHash("sha256");
    let length = 0;
    const onLines = (piece: string): void => {
      hash.update(piece);
      length += piece.length;
    };
    await runScenarioInWorkers(busy.policy, { ...busy.scenario, runMicros: 75e6 }, { seeds, workers, onLines });
    return { length, hash: hash.digest("hex") };
  };
  const alone = await hashOf(1);
  expect(alone.length).toBeGreaterThan(2 * 64 * 262_144);
  expect(await hashOf(2)).toEqual(alone);
});

test("tells how far each seed has come", { timeout: 60_000 }, async () => {
  const busy = stage(
    "",
    "population crowd = steady { clients where client.kind is partner rate 1000 per 3s each mix thing 100% }",
  );
  const reached = new Map<number, number>();
  const onProgress = (seed: number, at: number): void => {
    expect(at).toBeGreaterThanOrEqual(reached.get(seed) ?? 0);
    reached.set(seed, at);
  };
  await runScenarioInWorkers(busy.policy, busy.scenario, { seeds: [3, 5], workers: 2, onProgress });
  expect([...reached.keys()].toSorted((a, b) => a - b)).toEqual([3, 5]);
  expect(reached.get(3)).toBeGreaterThan(200e6);
});

describe("what goes wrong", () => {
  test("in a scenario is told as one thread tells it", { timeout: 60_000 }, async () => {
    const options = { seeds: SEEDS, maxRequests: 100 };
    expect(() => runScenario(policy, scenario, options)).toThrow(ScenarioError);
    const message = /^about [\d,]+ requests in one run of 5m, and 100 are the most that are run; `/;
    await expect(runScenarioInWorkers(policy, scenario, { ...options, workers: 2 })).rejects.toThrow(message);
  });

  test("in a thread names the seed", { timeout: 60_000 }, async () => {
    const broken = { ...policy, routes: null as unknown as typeof policy.routes };
    await expect(runScenarioInWorkers(broken, scenario, { seeds: [8, 3], workers: 2 })).rejects.toThrow(
      /^seed 8: .*null/,
    );
  });

  test("where lines are taken ends the run", { timeout: 60_000 }, async () => {
    const onLines = (): never => {
      throw new Error("the disk is full");
    };
    await expect(runScenarioInWorkers(policy, scenario, { seeds: [1, 2], workers: 2, onLines })).rejects.toThrow(
      "the disk is full",
    );
  });

  test.each([0, 1.5, 257])("%d threads are refused", async (workers) => {
    await expect(runScenarioInWorkers(policy, scenario, { workers })).rejects.toThrow(
      `seeds are run on 1 to 256 threads, not ${workers}`,
    );
  });
});

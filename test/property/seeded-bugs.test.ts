/**
 * The suite bites: the classic mistakes of rate limiters and policy engines, each planted in the source of one engine on its way
 * in, are found by comparing it with the other engine over generated traces.
 */
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SEEDED_BUGS } from "../helpers/seeded-bugs.ts";
import type { SeededBugResult } from "../helpers/seeded-bugs-worker.ts";

// Plain Node loads the engines: vitest's own loader has no door for patches.
const WORKER = new URL("../helpers/seeded-bugs-worker.ts", import.meta.url);

let worker: Worker;
let results: Promise<Map<string, SeededBugResult>>;

beforeAll(() => {
  worker = new Worker(WORKER, { execArgv: ["--no-warnings"] });
  const found = new Map<string, SeededBugResult>();
  results = new Promise((resolve, reject) => {
    worker.on("message", (result: SeededBugResult) => found.set(result.name, result));
    worker.on("error", reject);
    worker.on("exit", () => resolve(found));
  });
});
afterAll(() => worker.terminate());

test("each mistake has a name of its own", () => {
  expect(new Set(SEEDED_BUGS.map(({ name }) => name)).size).toBe(SEEDED_BUGS.length);
});

test.each(SEEDED_BUGS.map(({ name }) => name))("%s is found", { timeout: 120_000 }, async (name) => {
  const result = (await results).get(name);
  expect(result?.failure).toBeNull();
  expect(result?.found).not.toBeNull();
});

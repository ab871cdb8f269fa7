/** A thread that runs seeds, as the thread that asked for them sees it. */
import { Worker } from "node:worker_threads";
import { ScenarioError } from "../scenario-error.ts";
import type { SeedNews, SeedTask } from "./messages.ts";

/** The thread's file has the ending that this one has, before and after the build. */
const THREAD = new URL(`./seed-thread${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

/** Who hears what a worker says. */
export interface SeedEmployer {
  heard(worker: SeedWorker, news: Exclude<SeedNews, { kind: "failed" }>): void;
  failed(worker: SeedWorker, problem: Error): void;
}

export class SeedWorker {
  /** Place of the seed that it runs in the list of seeds; -1 for none. */
  index = -1;
  readonly #worker: Worker;
  readonly #taken: Int32Array | null;
  #seed = 0;

  constructor(task: Omit<SeedTask, "taken">, wantsLines: boolean, employer: SeedEmployer) {
    const taken = wantsLines ? new SharedArrayBuffer(4) : null;
    this.#taken = taken === null ? null : new Int32Array(taken);
    this.#worker = new Worker(THREAD, { workerData: { ...task, taken } satisfies SeedTask, name: "edgepolicy seeds" });
    this.#worker.on("message", (news: SeedNews) => {
      if (news.kind === "failed") employer.failed(this, asError(news, this.#seed));
      else employer.heard(this, news);
    });
    this.#worker.on("error", (problem) => employer.failed(this, ended(this.#seed, problem.message, problem)));
    this.#worker.on("exit", (code) => {
      if (this.index >= 0) employer.failed(this, ended(this.#seed, `exit status ${code}`));
    });
  }

  run(index: number, seed: number): void {
    this.index = index;
    this.#seed = seed;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#worker.postMessage({ seed });
  }

  /** Tells it that one of its pieces of lines was taken. */
  took(): void {
    if (this.#taken === null) return;
    Atomics.add(this.#taken, 0, 1);
    Atomics.notify(this.#taken, 0);
  }

  async end(): Promise<void> {
    this.index = -1;
    await this.#worker.terminate();
  }
}

function asError({ message, stack }: { readonly message: string; readonly stack: string }, seed: number): Error {
  if (stack === "") return new ScenarioError(message);
  const problem = new Error(`seed ${seed}: ${message}`);
  problem.stack = stack;
  return problem;
}

function ended(seed: number, how: string, cause?: Error): Error {
  return new Error(`the thread that ran seed ${seed} ended before its result: ${how}`, { cause });
}

/** A thread that runs seeds, as the thread that asked for them sees it. */
import { Worker } from "node:worker_threads";
import { ScenarioError } from "../scenario-error.ts";
import type { SeedNews, SeedOrder, SeedTask } from "./messages.ts";

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
  /** Whether the thread has ended, for whatever reason. */
  gone = false;
  /** Who hears what it says now. */
  employer: SeedEmployer;
  readonly #worker: Worker;
  readonly #taken: Int32Array | null;
  readonly #shared: SharedArrayBuffer | null;
  #task: Omit<SeedTask, "taken"> | null = null;
  #seed = 0;

  constructor(wantsLines: boolean, employer: SeedEmployer) {
    this.employer = employer;
    this.#shared = wantsLines ? new SharedArrayBuffer(4) : null;
    this.#taken = this.#shared === null ? null : new Int32Array(this.#shared);
    this.#worker = new Worker(THREAD, { name: "edgepolicy seeds" });
    this.#worker.on("message", (news: SeedNews) => {
      if (news.kind === "failed") this.employer.failed(this, asError(news, this.#seed));
      else this.employer.heard(this, news);
    });
    this.#worker.on("error", (problem) => this.employer.failed(this, ended(this.#seed, problem.message, problem)));
    this.#worker.on("exit", (code) => {
      this.gone = true;
      if (this.index >= 0) this.employer.failed(this, ended(this.#seed, `exit status ${code}`));
    });
  }

  /** Has it run a seed; the task goes along where it is another one than before. */
  run(index: number, seed: number, task: Omit<SeedTask, "taken">): void {
    this.index = index;
    this.#seed = seed;
    const order: SeedOrder = { seed, task: task === this.#task ? null : { ...task, taken: this.#shared } };
    this.#task = task;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#worker.postMessage(order);
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

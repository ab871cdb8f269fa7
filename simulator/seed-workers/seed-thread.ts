/** Where a thread that runs seeds begins: `seed-worker.ts` starts it by this file's name. */
import { type MessagePort, parentPort } from "node:worker_threads";
import { DecisionLines } from "../decision-lines.ts";
import { runOnce } from "../run-scenario.ts";
import { ScenarioError } from "../scenario-error.ts";
import { PIECES_AHEAD, type SeedNews, type SeedOrder, type SeedTask } from "./messages.ts";

/** Calls of `onProgress` for each that is told. */
const TOLD_EVERY = 16;

/** Runs one seed after the other, as they are ordered. */
class SeedThread {
  readonly #port: MessagePort;
  #task: SeedTask | null = null;
  #pieces = 0;
  #calls = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on("message", ({ seed, task }: SeedOrder) => {
      this.#task = task ?? this.#task;
      this.#run(seed);
    });
  }

  #run(seed: number): void {
    try {
      this.#say({ kind: "done", run: this.#result(seed) });
    } catch (problem) {
      const ours = problem instanceof ScenarioError;
      const { message, stack = "" } = problem instanceof Error ? problem : new Error(String(problem));
      this.#say({ kind: "failed", message, stack: ours ? "" : stack });
    }
  }

  #result(seed: number): ReturnType<typeof runOnce> {
    if (this.#task === null) throw new Error("a thread was given a seed before its task");
    const { policy, scenario, unopposed, maxRequests, taken } = this.#task;
    const lines = new DecisionLines(scenario.name, (text) => this.#hand(text, taken));
    try {
      return runOnce(policy, scenario, seed, {
        unopposed,
        onProgress: (_, atMicros) => this.#progress(seed, atMicros),
        ...(maxRequests === null ? {} : { maxRequests }),
        ...(taken === null ? {} : { onDecision: (event) => lines.add(event) }),
      });
    } finally {
      lines.flush();
    }
  }

  #progress(seed: number, atMicros: number): void {
    if (++this.#calls % TOLD_EVERY === 0) this.#say({ kind: "progress", seed, atMicros });
  }

  /** Hands lines over, once few enough of those before are still to be taken. */
  #hand(text: string, shared: SharedArrayBuffer | null): void {
    this.#say({ kind: "lines", text });
    this.#pieces++;
    const taken = new Int32Array(shared ?? new SharedArrayBuffer(4));
    for (;;) {
      const count = Atomics.load(taken, 0);
      if (this.#pieces - count <= PIECES_AHEAD) return;
      Atomics.wait(taken, 0, count);
    }
  }

  #say(news: SeedNews): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    this.#port.postMessage(news);
  }
}

if (parentPort !== null) new SeedThread(parentPort);

import process from "node:process";
import { clearInterval, setInterval } from "node:timers";
import { Worker } from "node:worker_threads";
import type { Answer, Question, Start } from "./judging.ts";

/** Milliseconds that a thread may wait for what never comes. */
const LONGEST_WAIT = 30_000;
const LOOK_EVERY = 100;
/** One that took less processor time than this for as long as it may wait is blocked, as by a lock that nobody lets go. */
const LEAST_MOVE = 300;

/** A thread that judges (`judging.ts`), and can be ended whatever it does. */
export class JudgingThread {
  readonly #worker: Worker;

  constructor(start: Start) {
    this.#worker = new Worker(new URL("judging.ts", import.meta.url), {
      workerData: start,
      execArgv: ["--no-warnings"],
      env: { ...process.env, NODE_ENV: "test", VITEST: "true" },
    });
    this.#worker.on("error", () => undefined);
  }

  /**
   * What the thread says when it has loaded the tests, and after each question.
   *
   * @param patience - Milliseconds of processor time: on a busy machine nothing takes longer.
   * @returns Null where it takes too long, or ends of itself; then it is ended.
   */
  async answer(patience: number, question?: Question): Promise<Answer | null> {
    const { promise, resolve } = Promise.withResolvers<Answer | null>();
    const begun = process.cpuUsage();
    const { idle } = this.#worker.performance.eventLoopUtilization();
    // Counted in looks, not by a clock: a process that was stopped for a while looks at nothing meanwhile.
    let moved = { looks: 0, millis: 0 };
    let looks = 0;
    const look = setInterval(() => {
      looks++;
      const { user, system } = process.cpuUsage(begun);
      const millis = (user + system) / 1000;
      if (millis > moved.millis + LEAST_MOVE) moved = { looks, millis };
      const waited = this.#worker.performance.eventLoopUtilization().idle - idle;
      const isBlocked = (looks - moved.looks) * LOOK_EVERY > LONGEST_WAIT;
      if (millis > patience || waited > LONGEST_WAIT || isBlocked) resolve(null);
    }, LOOK_EVERY);
    this.#worker.once("message", resolve).once("exit", () => resolve(null));
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has no origin
    if (question !== undefined) this.#worker.postMessage(question);
    const answer = await promise;
    clearInterval(look);
    this.#worker.removeAllListeners("message").removeAllListeners("exit");
    if (answer === null) await this.end();
    return answer;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Undoes what workers that are gone left half done in the state they shared. */
import { recoverWorker, type SharedState } from "../../engine/index.ts";
import type { Report } from "../report.ts";

/** Milliseconds until it is tried again: each try may stop this thread for a second, so they become rarer. */
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

export class Recovery {
  readonly #state: SharedState;
  readonly #report: Report;
  /** Numbers of workers that are gone and may have left something half done. */
  readonly #left = new Set<number>();
  #waitMs = FIRST_WAIT_MS;

  constructor(state: SharedState, report: Report) {
    this.#state = state;
    this.#report = report;
  }

  add(worker: number): void {
    this.#left.add(worker);
  }

  /** Whether something of a worker is left: its number is not to be used meanwhile. */
  has(worker: number): boolean {
    return this.#left.has(worker);
  }

  /**
   * The latest first, because one that ended inside the state keeps all others out.
   *
   * @returns Milliseconds until it is to be tried again, because a worker stays inside; null where nothing is left.
   */
  run(): number | null {
    try {
      for (const number of [...this.#left].toReversed()) {
        recoverWorker(this.#state, number);
        this.#left.delete(number);
      }
    } catch (problem) {
      const waitMs = this.#waitMs;
      if (waitMs === FIRST_WAIT_MS)
        this.#report(`a worker cannot be recovered yet: ${String(problem)}`, "worker.ended");
      this.#waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS);
      return waitMs;
    }
    this.#waitMs = FIRST_WAIT_MS;
    return null;
  }
}

/** Threads that are kept from one run to the next: to start one takes longer than a short scenario. */
import { type SeedEmployer, SeedWorker } from "./seed-worker.ts";

/** Threads that wait for work. */
export class SeedPool {
  readonly #idle: SeedWorker[] = [];

  /** So many threads, kept ones first. */
  take(count: number, employer: SeedEmployer): readonly SeedWorker[] {
    return Array.from({ length: count }, () => {
      const kept = this.#idle.pop();
      if (kept === undefined || kept.gone) return new SeedWorker(false, employer);
      kept.employer = employer;
      return kept;
    });
  }

  /** Takes threads back that are done and well. */
  giveBack(workers: readonly SeedWorker[]): void {
    this.#idle.push(...workers);
  }

  /** Ends the threads that are kept. To be called once nothing runs on them. */
  async end(): Promise<void> {
    await Promise.all(this.#idle.splice(0).map((worker) => worker.end()));
  }
}

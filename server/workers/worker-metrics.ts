/**
 * Metrics of all threads as those of one server. Workers are asked when the metrics are, and now and then, which also tells whether they
 * still answer; one that does not counts with what it said last, and one that is gone with what it counted.
 */
import { addMetrics, counted, type MetricSums, readMetrics, writeMetrics } from "./sum-metrics.ts";
import type { WorkerHandle } from "./worker-handle.ts";
import type { Report } from "../report.ts";

/** Milliseconds that a worker has to answer. */
const ANSWER_MS = 1_000;

export class WorkerMetrics {
  readonly #report: Report;
  /** What workers counted that are gone. */
  readonly #gone: MetricSums = new Map();

  constructor(report: Report) {
    this.#report = report;
  }

  /** @param own - Metrics of the main thread, as text. */
  async total(own: string, workers: readonly WorkerHandle[]): Promise<string> {
    await this.ask(workers);
    const sums = readMetrics(own);
    addMetrics(sums, this.#gone);
    for (const worker of workers) if (!worker.gone) addMetrics(sums, worker.metrics);
    return writeMetrics(sums);
  }

  async ask(workers: readonly WorkerHandle[]): Promise<void> {
    await Promise.all(workers.map((worker) => this.#askOne(worker)));
  }

  /** A worker is gone. */
  keep({ metrics }: WorkerHandle): void {
    addMetrics(this.#gone, counted(metrics));
  }

  async #askOne(worker: WorkerHandle): Promise<void> {
    // What a silent one was asked last it has still to answer; more questions would only wait behind that.
    if (!worker.wasReady || worker.silentSinceMs !== null) return;
    const text = await worker.asks.ask("metrics", null, ANSWER_MS);
    if (text === null) this.#isSilent(worker);
    else if (!worker.farewell) worker.metrics = readMetrics(text);
  }

  #isSilent(worker: WorkerHandle): void {
    if (worker.gone || worker.silentSinceMs !== null) return;
    worker.silentSinceMs = performance.now();
    this.#report(`worker ${worker.number} has not answered for ${ANSWER_MS} ms`, "worker.late");
  }
}

/**
 * Workers that stand still. One that does not answer gets no more connections until it does; the server is not ready while fewer than half
 * of its workers serve. Nobody can end such a worker but with the whole process, which is stopped for it where that is wanted.
 */
import type { Report } from "../report.ts";
import type { WorkerHandle } from "./worker-handle.ts";

/** How often it is looked whether all workers answer. */
const LOOK_MS = 5_000;
/** A worker that has not answered for this long stands still: whoever waits for the state, or compiles a policy, answers sooner. */
const STILL_MS = 9_000;

export interface StandstillParts {
  readonly report: Report;
  /** Milliseconds that a worker may stand still before the server gives up; null for ever. */
  readonly stuckExitMs: number | null;
  /** Asks all workers something; whoever does not answer is silent from then on. */
  readonly ask: (workers: readonly WorkerHandle[]) => Promise<void>;
  /** Hands connections to a worker, or no more. */
  readonly hand: (worker: WorkerHandle, connections: boolean) => void;
  /** Number of the thread that holds the state now; null where none does. */
  readonly holder: () => number | null;
}

export class Standstill {
  /** Told once, when a worker has stood still for too long. */
  onGivenUp: () => void = () => {};
  readonly #parts: StandstillParts;
  /** Whether the server is to be stopped for that. */
  givenUp = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: StandstillParts) {
    this.#parts = parts;
  }

  start(workers: () => readonly WorkerHandle[]): void {
    this.#timer = setInterval(() => void this.#look(workers), LOOK_MS).unref();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** A worker that was silent answers. */
  over(worker: WorkerHandle): void {
    if (!worker.aside) return;
    worker.catchUp();
    if (worker.descriptor === null || this.#timer === null) return;
    this.#parts.hand(worker, true);
    this.#parts.report(`worker ${worker.number} answers again`, "worker.up");
  }

  /** Why fewer than half of `size` workers serve; null where enough do. */
  unready(workers: readonly WorkerHandle[], size: number): string | null {
    const up = workers.filter(({ serves }) => serves).length;
    if (2 * up >= size) return null;
    const still = workers.filter(({ aside }) => aside);
    return [`${up} of ${size} workers serve`, ...still.map((worker) => this.#describe(worker))].join("; ");
  }

  async #look(workers: () => readonly WorkerHandle[]): Promise<void> {
    // Asked first: where this thread itself stood still, what they answered meanwhile is heard only now.
    await this.#parts.ask(workers());
    if (this.#timer === null) return;
    for (const worker of workers()) {
      if (worker.stillMs >= STILL_MS && !worker.aside) this.#setAside(worker);
      if (worker.stillMs >= (this.#parts.stuckExitMs ?? Number.POSITIVE_INFINITY)) this.#giveUp(worker);
    }
  }

  #setAside(worker: WorkerHandle): void {
    worker.aside = true;
    if (worker.descriptor === null) return;
    this.#parts.hand(worker, false);
    this.#parts.report(`${this.#describe(worker)}; it gets no connections until it answers`, "worker.late");
  }

  #giveUp(worker: WorkerHandle): void {
    if (this.givenUp) return;
    this.givenUp = true;
    this.#parts.report(`${this.#describe(worker)}; the server stops (option stuckExitMs)`, "worker.late");
    this.onGivenUp();
  }

  #describe({ number, stillMs }: WorkerHandle): string {
    const holds = this.#parts.holder() === number ? " and holds the state, for which the others wait" : "";
    return `worker ${number} has stood still for ${Math.floor(stillMs / 1_000)} s${holds}`;
  }
}

/**
 * Seeds on several threads: each seed is run whole by one of them, and what comes of it is the same as on one. Results and
 * decision lines are given in the order of the seeds, whoever is ready first.
 */
import { availableParallelism } from "node:os";
import type { Scenario } from "../../dsl/index.ts";
import type { Policy } from "../../engine/index.ts";
import { DecisionLines } from "../decision-lines.ts";
import type { SeedResult } from "../run.ts";
import { checkSeeds, firstSeeds, runScenario, type ScenarioOptions } from "../run-scenario.ts";
import { ScenarioError } from "../scenario-error.ts";
import { type ScenarioResult, summarise } from "../measures/scenario-result.ts";
import type { SeedNews, SeedTask } from "./messages.ts";
import type { SeedPool } from "./seed-pool.ts";
import { SeedWorker } from "./seed-worker.ts";

/** Most threads that one scenario is run on. */
export const MOST_WORKERS = 256;

/** How a scenario is run on threads. The engine is the compiled one. */
export interface WorkerOptions extends Omit<ScenarioOptions, "createEngine" | "onDecision"> {
  /** Threads, from 1 (this one) to 256, and no more than seeds. Default: as many as cores. */
  readonly workers?: number;
  /** Gets every decision as a line of JSON, in pieces of whole lines: those of the first seed first, and so on. */
  readonly onLines?: (piece: string) => void;
  /** Keeps threads for the next call. Lines are always written by threads of their own. */
  readonly pool?: SeedPool;
}

/**
 * Runs a scenario as {@link runScenario} does, to the same bytes.
 *
 * @throws {@link ScenarioError} as it does; an `Error` that names the seed where a thread ended by itself.
 */
export async function runScenarioInWorkers(
  policy: Policy,
  scenario: Scenario,
  options: WorkerOptions = {},
): Promise<ScenarioResult> {
  const seeds = options.seeds ?? firstSeeds(scenario.seeds);
  checkSeeds(seeds);
  const { workers = Math.min(MOST_WORKERS, availableParallelism()) } = options;
  if (!Number.isInteger(workers) || workers < 1 || workers > MOST_WORKERS)
    throw new ScenarioError(`seeds are run on 1 to ${MOST_WORKERS} threads, not ${workers}`);
  const count = Math.min(workers, seeds.length);
  if (count === 1) return runHere(policy, scenario, options);
  const runs = await new Crew(policy, scenario, seeds, options).run(count);
  return summarise(policy, scenario, runs, options.prices);
}

function runHere(
  policy: Policy,
  scenario: Scenario,
  { onLines, pool: _pool, ...options }: WorkerOptions,
): ScenarioResult {
  if (onLines === undefined) return runScenario(policy, scenario, options);
  const lines = new DecisionLines(scenario.name, onLines);
  try {
    return runScenario(policy, scenario, { ...options, onDecision: (event) => lines.add(event) });
  } finally {
    lines.flush();
  }
}

interface Piece {
  readonly text: string;
  readonly from: SeedWorker;
}

/** The threads of one call. Seeds are handed out in their order, so the one whose lines come next is always being run. */
class Crew {
  readonly #task: Omit<SeedTask, "taken">;
  readonly #seeds: readonly number[];
  readonly #options: WorkerOptions;
  #workers: readonly SeedWorker[] = [];
  readonly #results: (SeedResult | undefined)[] = [];
  /** Lines of seeds whose turn has not come: at most `PIECES_AHEAD` of each thread. */
  readonly #waiting: (Piece[] | undefined)[] = [];
  readonly #outcome = Promise.withResolvers<readonly SeedResult[]>();
  #next = 0;
  /** The first seed that is not done: its lines are handed on as they come. */
  #turn = 0;
  #failure: { readonly index: number; readonly problem: Error } | null = null;

  constructor(policy: Policy, scenario: Scenario, seeds: readonly number[], options: WorkerOptions) {
    const { unopposed = false, maxRequests = null } = options;
    this.#task = { policy, scenario, unopposed, maxRequests };
    this.#seeds = seeds;
    this.#options = options;
  }

  async run(count: number): Promise<readonly SeedResult[]> {
    const { onLines, pool } = this.#options;
    const kept = onLines === undefined ? pool : undefined;
    this.#workers =
      kept?.take(count, this) ?? Array.from({ length: count }, () => new SeedWorker(onLines !== undefined, this));
    for (const worker of this.#workers) this.#assign(worker);
    try {
      const results = await this.#outcome.promise;
      if (kept === undefined) await this.#end();
      else kept.giveBack(this.#workers);
      return results;
    } catch (problem) {
      await this.#end();
      throw problem;
    }
  }

  async #end(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.end()));
  }

  heard(worker: SeedWorker, news: Exclude<SeedNews, { kind: "failed" }>): void {
    try {
      this.#take(worker, news);
    } catch (problem) {
      // Whoever takes lines or progress may throw, as when a disk is full.
      this.#outcome.reject(problem);
    }
  }

  /** A seed that fails ends the run, once those before it are done: which of several is told does not hang on their speed. */
  failed(worker: SeedWorker, problem: Error): void {
    const { index } = worker;
    worker.index = -1;
    if (this.#failure === null || index < this.#failure.index) this.#failure = { index, problem };
    this.#settle();
  }

  #take(worker: SeedWorker, news: Exclude<SeedNews, { kind: "failed" }>): void {
    switch (news.kind) {
      case "progress":
        this.#options.onProgress?.(news.seed, news.atMicros);
        return;
      case "lines":
        return this.#takeLines({ text: news.text, from: worker });
      case "done":
        this.#results[worker.index] = news.run;
        this.#assign(worker);
        this.#advance();
        this.#settle();
    }
  }

  #takeLines(piece: Piece): void {
    const { index } = piece.from;
    if (index === this.#turn) this.#handOn(piece);
    else (this.#waiting[index] ??= []).push(piece);
  }

  #handOn({ text, from }: Piece): void {
    this.#options.onLines?.(text);
    from.took();
  }

  #advance(): void {
    while (this.#results[this.#turn] !== undefined) {
      this.#turn++;
      for (const piece of this.#waiting[this.#turn] ?? []) this.#handOn(piece);
      this.#waiting[this.#turn] = undefined;
    }
  }

  #assign(worker: SeedWorker): void {
    const seed = this.#failure === null ? this.#seeds[this.#next] : undefined;
    if (seed === undefined) worker.index = -1;
    else worker.run(this.#next++, seed, this.#task);
  }

  #settle(): void {
    const failure = this.#failure;
    if (failure !== null) {
      const before = this.#workers.some(({ index }) => index >= 0 && index < failure.index);
      if (!before) this.#outcome.reject(failure.problem);
      return;
    }
    const results = this.#results.filter((result) => result !== undefined);
    if (results.length === this.#seeds.length) this.#outcome.resolve(results);
  }
}

/** `--workers N`: how many threads run a scenario's seeds. */
import { availableParallelism } from "node:os";
import type { Scenario } from "../../dsl/index.ts";
import type { Policy } from "../../engine/index.ts";
import { MOST_WORKERS, runSeed } from "../../simulator/index.ts";
import type { Arguments, OptionSpec } from "../options.ts";

export const WORKERS_OPTION: OptionSpec = {
  name: "workers",
  value: "N",
  help: "threads that run seeds side by side (default: as many as cores, one where that is quicker)",
};

/** How long seeds are watched at most, before they are run, and how long their speed is taken over. */
const WATCHED_MS = 180;
const WINDOW_MS = 60;
/** Less than this is not worth it: a thread starts with code that nobody has optimised yet, however much of it was here. */
const WORTH_MS = 1_000;

/**
 * Threads to run `seeds` on: what `--workers` says, else as many as cores, or one where starting more takes longer than they
 * save. What comes of a run is the same whichever it is.
 *
 * @param times - How often the seeds are run.
 */
export function chooseWorkers(
  args: Arguments,
  policy: Policy,
  scenario: Scenario,
  seeds: readonly number[],
  times = 1,
): number {
  const asked = args.integer("workers", 1, MOST_WORKERS);
  if (asked !== null) return asked;
  const cores = Math.min(availableParallelism(), MOST_WORKERS, seeds.length);
  if (cores === 1) return 1;
  const spared = times * (seeds.length - Math.ceil(seeds.length / cores));
  return new Watch(policy, scenario).takesLonger(seeds[0] ?? 1, WORTH_MS / spared) ? cores : 1;
}

class Watched extends Error {}

/**
 * Watches a seed being run. It gets faster while its code is optimised, so the first moments say what it takes at most; that is enough
 * where it is little, and else what it takes is seen from a later moment.
 */
class Watch {
  readonly #policy: Policy;
  readonly #scenario: Scenario;
  readonly #begun = performance.now();
  /** What a seed takes by the last moment looked at. */
  #eachMs = Number.POSITIVE_INFINITY;

  constructor(policy: Policy, scenario: Scenario) {
    this.#policy = policy;
    this.#scenario = scenario;
  }

  /** Whether a seed takes longer than so many milliseconds. */
  takesLonger(seed: number, mostMs: number): boolean {
    try {
      while (this.#goesOn(mostMs)) this.#runOnce(seed, mostMs);
    } catch (problem) {
      // What is wrong with the scenario is told when it is run.
      if (!(problem instanceof Watched)) return false;
    }
    return this.#eachMs > mostMs;
  }

  #goesOn(mostMs: number): boolean {
    return this.#eachMs > mostMs && performance.now() - this.#begun < WATCHED_MS;
  }

  #runOnce(seed: number, mostMs: number): void {
    const { runMicros } = this.#scenario;
    const begun = performance.now();
    let fromMs = begun;
    let fromMicros = 0;
    const onProgress = (_: number, atMicros: number): void => {
      const now = performance.now();
      if (now - fromMs < WINDOW_MS) return;
      this.#eachMs = ((now - fromMs) * runMicros) / Math.max(1, atMicros - fromMicros);
      if (!this.#goesOn(mostMs)) throw new Watched();
      fromMs = now;
      fromMicros = atMicros;
    };
    runSeed(this.#policy, this.#scenario, seed, { onProgress });
    this.#eachMs = performance.now() - begun;
  }
}

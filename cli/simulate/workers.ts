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

/** How long a seed is watched to tell how long it takes. */
const WATCHED_MS = 60;
/** Less than this is not worth it: a thread takes about 0.2 s of a processor before it runs anything. */
const WORTH_MS = 400;

/**
 * Threads to run `seeds` on: what `--workers` says, else as many as cores, or one where starting more takes longer than they
 * save. What comes of a run is the same whichever it is.
 */
export function chooseWorkers(args: Arguments, policy: Policy, scenario: Scenario, seeds: readonly number[]): number {
  const asked = args.integer("workers", 1, MOST_WORKERS);
  if (asked !== null) return asked;
  const cores = Math.min(availableParallelism(), MOST_WORKERS, seeds.length);
  if (cores === 1) return 1;
  const each = estimateMs(policy, scenario, seeds[0] ?? 1);
  const saved = each * (seeds.length - Math.ceil(seeds.length / cores));
  return saved > WORTH_MS ? cores : 1;
}

class Watched extends Error {}

/** How long one seed takes, from how far it gets in a moment. */
function estimateMs(policy: Policy, scenario: Scenario, seed: number): number {
  const begun = performance.now();
  let reached = scenario.runMicros;
  const onProgress = (_: number, atMicros: number): void => {
    if (performance.now() - begun < WATCHED_MS) return;
    reached = Math.max(1, atMicros);
    throw new Watched();
  };
  try {
    runSeed(policy, scenario, seed, { onProgress });
  } catch (problem) {
    // What is wrong with the scenario is told when it is run.
    if (!(problem instanceof Watched)) return 0;
  }
  return ((performance.now() - begun) * scenario.runMicros) / reached;
}

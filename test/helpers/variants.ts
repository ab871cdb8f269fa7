/** A policy in memory whose numbers are varied. */
import { memoryFiles } from "../../dsl/index.ts";
import { runScenario, runSeed, Variants } from "../../simulator/index.ts";
import type { SuggestRuns } from "../../simulator/sweep/suggest.ts";
import { STEADY, textOf } from "./scenarios.ts";

/** As `stage`: `rules` over two routes and three clients, and a scenario `s` of five minutes with `clauses`, a steady population by default. */
export function variantsOf(rules: string, clauses: string = STEADY): Variants {
  const { text, files } = textOf(rules, clauses);
  return new Variants("p.edgepolicy", memoryFiles({ ...files, "p.edgepolicy": text }));
}

/** Runs variants of `s` over `seeds`. */
export function runsOf(seeds: readonly number[]): SuggestRuns {
  return {
    scenarios: ["s"],
    run: async (policy, scenario) => runScenario(policy, scenario, { seeds }),
    look: (policy, scenario) => runSeed(policy, scenario, seeds[0] ?? 1).decisionsHash,
  };
}

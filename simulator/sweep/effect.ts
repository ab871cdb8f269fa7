/** What a value does to a scenario, in the two figures that pull against each other: abuse that gets through, and honest callers harmed. */
import { percent } from "../measures/measures.ts";
import { type Pair, type PairedDifference, pairedDifference } from "../measures/paired.ts";
import type { SeedResult } from "../run.ts";
import type { ScenarioResult } from "../measures/scenario-result.ts";

/** Figures of one value over all attacks and all populations; those of abuse are null without attacks. */
export interface Effect {
  /** Requests of attacks that were let through, in percent of all of theirs. */
  readonly admittedPercent: number | null;
  /** Abusive outcomes a seed. */
  readonly succeeded: number | null;
  /** Clients with a refusal a seed, and in percent of those that sent anything in all runs. */
  readonly harmed: number;
  readonly harmedPercent: number;
  readonly refusedPercent: number;
  readonly held: boolean;
  /** Expectations that do not hold, but for advisory ones. */
  readonly failing: readonly string[];
}

/** How both figures differ from those of the value that stands there, over the seeds that both ran on. */
export interface EffectChange {
  readonly admittedPercent: PairedDifference | null;
  readonly refusedPercent: PairedDifference | null;
}

/** Reads the figures of a result. */
export function effectOf({ runs, held, gates }: ScenarioResult): Effect {
  const attacks = runs.flatMap((run) => run.attacks);
  const populations = runs.flatMap((run) => run.populations);
  const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
    items.reduce((total, item) => total + of(item), 0);
  const harmed = sum(populations, (one) => one.harmed);
  return {
    admittedPercent: attacks.length === 0 ? null : pooledAdmitted(attacks),
    succeeded: attacks.length === 0 ? null : sum(attacks, (one) => one.succeeded) / runs.length,
    harmed: harmed / runs.length,
    harmedPercent: percent(
      harmed,
      sum(populations, (one) => one.sending),
    ),
    refusedPercent: pooledRefused(populations),
    held,
    failing: gates.filter((gate) => !gate.held && !gate.advisory).map((gate) => gate.text),
  };
}

/** Compares two results seed by seed. */
export function effectChange(first: ScenarioResult, second: ScenarioResult): EffectChange {
  const others = new Map(second.runs.map((run) => [run.seed, run]));
  const pairs = first.runs.flatMap((run) => {
    const other = others.get(run.seed);
    return other === undefined ? [] : [{ first: run, second: other }];
  });
  return {
    admittedPercent: pairedDifference(
      valuesOf(pairs, ({ attacks }) => (attacks.length === 0 ? null : pooledAdmitted(attacks))),
      ["admitted"],
    ),
    refusedPercent: pairedDifference(
      valuesOf(pairs, ({ populations }) => pooledRefused(populations)),
      ["refused"],
    ),
  };
}

function valuesOf(
  pairs: readonly Pair<SeedResult>[],
  of: (run: SeedResult) => number | null,
): readonly Pair<number | null>[] {
  return pairs.map(({ first, second }) => ({ first: of(first), second: of(second) }));
}

function pooledAdmitted(attacks: SeedResult["attacks"]): number {
  return percent(
    attacks.reduce((sum, one) => sum + one.admitted, 0),
    attacks.reduce((sum, one) => sum + one.offered, 0),
  );
}

function pooledRefused(populations: SeedResult["populations"]): number {
  return percent(
    populations.reduce((sum, one) => sum + one.refused, 0),
    populations.reduce((sum, one) => sum + one.requests, 0),
  );
}

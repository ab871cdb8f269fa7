/** Changed numbers and what comes of them: what a search for values compares. */
import type { GateResult } from "../measures/expectations.ts";
import type { ScenarioResult } from "../measures/scenario-result.ts";
import type { LiteralChange } from "./variants.ts";

/** Changes and what comes of them. */
export interface Candidate {
  readonly changes: readonly LiteralChange[];
  /** The expectations of all scenarios that are not advisory, in the same order for any changes, and those of them that fail. */
  readonly gates: readonly GateResult[];
  readonly failing: readonly GateResult[];
  /** {@link misjudgedBy} of all scenarios. */
  readonly misjudged: number;
}

/** Fewer failing expectations are nearer; of equally many, those that miss by less; of those that miss by as much, those that misjudge less. */
export function isNearer(candidate: Candidate, nearest: Candidate | null): boolean {
  if (nearest === null) return true;
  const fewer = nearest.failing.length - candidate.failing.length;
  if (fewer !== 0) return fewer > 0;
  const less = missOf(nearest) - missOf(candidate);
  return less > 0 || (less === 0 && candidate.misjudged < nearest.misjudged);
}

/**
 * For each failing expectation, the share of a population's requests that were refused, or of an attack's that were let through; negative
 * where it asks for more. Many numbers change a count of harmed clients, or the time of a containment, only together: each on its own shows
 * here.
 */
export function misjudgedBy({ gates, populations, attacks }: ScenarioResult): number {
  return gates
    .filter(({ held, advisory }) => !held && !advisory)
    .reduce((sum, gate) => {
      const population = populations.find(({ name }) => name === gate.subject);
      const attack = attacks.find(({ name }) => name === gate.subject);
      const share = population?.refusedPercent ?? attack?.admittedPercent ?? 0;
      return sum + (asksForMore(gate) ? -share : share);
    }, 0);
}

function asksForMore({ op, measured, value }: GateResult): boolean {
  return op === ">" || op === ">=" || (op === "==" && measured !== null && measured < value);
}

function missOf({ failing }: Candidate): number {
  return failing.reduce((sum, gate) => sum + missedBy(gate), 0);
}

/** How far the compared value is from what is expected, as a share of it; what never came misses by more than anything. */
function missedBy({ bound, worst, value, never, silent }: GateResult): number {
  if (never > 0 || silent > 0) return 1e6;
  const compared = bound ?? worst.value;
  return compared === null ? 1e6 : Math.abs(compared - value) / Math.max(Math.abs(value), 1);
}

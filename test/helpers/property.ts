/** Runs fast-check properties with a fixed seed, and prints the command that replays a failure. */
import fc from "fast-check";

const seed = Number(process.env["EDGEPOLICY_SEED"] ?? 20_260_101);
const factor = Number(process.env["EDGEPOLICY_RUNS"] ?? 1);

export interface CheckOptions {
  /** Generated cases; `EDGEPOLICY_RUNS` multiplies it for long runs. Default 200. */
  readonly runs?: number;
}

/** How often something must have come up that comes up `least` times in all runs: in fewer runs it varies more, so half its share will do. */
export function scaled(least: number): number {
  return factor < 1 ? (least * factor) / 2 : least;
}

/**
 * Asserts a property.
 *
 * @throws The counterexample, preceded by a line that replays it.
 */
export function check<T>(property: fc.IProperty<T>, options: CheckOptions = {}): void {
  try {
    fc.assert(property, { seed, numRuns: Math.max(1, Math.round((options.runs ?? 200) * factor)) });
  } catch (failure) {
    const replay = `replay: EDGEPOLICY_SEED=${seed} EDGEPOLICY_RUNS=${factor} npx vitest run --testNamePattern "<this test>"`;
    throw new Error(`${replay}\n${failure instanceof Error ? failure.message : String(failure)}`, { cause: failure });
  }
}

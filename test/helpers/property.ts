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
    throw withReplay(failure);
  }
}

/** As {@link check}, of a property that takes its time. */
export async function checkAsync<T>(property: fc.IAsyncProperty<T>, options: CheckOptions = {}): Promise<void> {
  try {
    await fc.assert(property, { seed, numRuns: Math.max(1, Math.round((options.runs ?? 200) * factor)) });
  } catch (failure) {
    throw withReplay(failure);
  }
}

function withReplay(failure: unknown): Error {
  const replay = `replay: EDGEPOLICY_SEED=${seed} EDGEPOLICY_RUNS=${factor} npx vitest run --testNamePattern "<this test>"`;
  return new Error(`${replay}\n${failure instanceof Error ? failure.message : String(failure)}`, { cause: failure });
}

/** Timing of code in this process: rounds of several contestants in turn, so that a slow moment of the machine meets all. */

/** One side of a comparison. `run` does `steps` units of work; what it returns is kept so that nothing is optimised away. */
export interface Contestant {
  readonly name: string;
  readonly steps: number;
  readonly run: () => number;
}

/** Nanoseconds a step, over the rounds after warming up. */
export interface Timing {
  readonly name: string;
  readonly median: number;
  readonly best: number;
  readonly worst: number;
  /** Every round, in the order in which they were run. */
  readonly samples: readonly number[];
}

let sink = 0;

/** Times every contestant `rounds` times, after `warmUp` rounds that do not count. */
export function timeInTurn(contestants: readonly Contestant[], rounds: number, warmUp: number): readonly Timing[] {
  const samples = contestants.map((): number[] => []);
  for (let round = -warmUp; round < rounds; round++) {
    for (const [index, contestant] of contestants.entries()) {
      const nanos = timeOnce(contestant);
      if (round >= 0) samples[index]?.push(nanos);
    }
  }
  return contestants.map(({ name }, index) => summarize(name, samples[index] ?? []));
}

function timeOnce({ run, steps }: Contestant): number {
  const before = process.hrtime.bigint();
  sink ^= run();
  return Number(process.hrtime.bigint() - before) / steps;
}

function summarize(name: string, samples: readonly number[]): Timing {
  const sorted = [...samples].sort((a, b) => a - b);
  return {
    name,
    median: round(percentile(sorted, 50)),
    best: round(sorted[0] ?? 0),
    worst: round(sorted.at(-1) ?? 0),
    samples: samples.map(round),
  };
}

/** One side of a comparison that may answer later. `run` does `steps` units of work, each after the one before. */
export interface AwaitedContestant {
  readonly name: string;
  readonly steps: number;
  readonly run: () => number | Promise<number>;
}

/** As {@link timeInTurn}, waiting for those that answer later. Others are not waited for: that alone would take time. */
export async function timeInTurnAwaited(
  contestants: readonly AwaitedContestant[],
  rounds: number,
  warmUp: number,
): Promise<readonly Timing[]> {
  const samples = contestants.map((): number[] => []);
  for (let round = -warmUp; round < rounds; round++) {
    for (const [index, { run, steps }] of contestants.entries()) {
      const before = process.hrtime.bigint();
      const result = run();
      sink ^= typeof result === "number" ? result : await result;
      const nanos = Number(process.hrtime.bigint() - before) / steps;
      if (round >= 0) samples[index]?.push(nanos);
    }
  }
  return contestants.map(({ name }, index) => summarize(name, samples[index] ?? []));
}

/** The value below which `percent` of the sorted samples lie (nearest rank). */
export function percentile(sorted: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? 0;
}

/**
 * How many times as long `left` takes as `right`: the median over the rounds, each compared with the one beside it, so that a
 * machine that is slow for a while slows both.
 */
export function ratioInTurn(left: Timing, right: Timing): number {
  const ratios = left.samples.map((nanos, index) => nanos / (right.samples[index] ?? nanos));
  return hundredths(
    percentile(
      ratios.sort((a, b) => a - b),
      50,
    ),
  );
}

/** Two decimals, for ratios. */
export function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}

/** One decimal: more would promise more than a clock gives. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** So that the engine's compiler must assume that results are used. */
export function usedResults(): number {
  return sink;
}

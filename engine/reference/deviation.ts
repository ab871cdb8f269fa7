/**
 * How far a key's rate is from its baseline: an exponentially weighted mean and variance (Finch 2009, incremental calculation)
 * of the served events of each slot, one slot a window. Each sample is held to three deviations above the mean.
 */

const SLOW_START = 8;
const MOST_DEVIATIONS = 3;

/** A key's baseline as it stands in slot `slot`. */
export interface Baseline {
  readonly slot: bigint;
  /** Events learnt in the slot. */
  readonly served: number;
  readonly samples: number;
  readonly mean: number;
  readonly variance: number;
  /** Time of the latest event of any kind. */
  readonly latest: number;
}

type Learning = Pick<Baseline, "samples" | "mean" | "variance">;

/** The slot of a time. */
export function slotOf(time: number, windowMicros: number): bigint {
  return BigInt(time) / BigInt(windowMicros);
}

/** A baseline that begins with an event. */
export function freshBaseline(now: number, windowMicros: number): Baseline {
  return { slot: slotOf(now, windowMicros), served: 0, samples: 0, mean: 0, variance: 0, latest: now };
}

function deviationOf({ mean, variance }: Learning): number {
  return Math.sqrt(Math.max(variance, mean, 1));
}

function learn({ samples, mean, variance }: Learning, sample: number, alpha: number): Learning {
  const share = Math.max(alpha, 1 / (samples + 1));
  const difference = sample - mean;
  return {
    samples: samples + 1,
    mean: mean + share * difference,
    variance: (1 - share) * (variance + share * difference * difference),
  };
}

/** Learns that many empty slots at once: first each counts as much as all before it, then each by `alpha`. */
function learnZeros({ samples, mean, variance }: Learning, zeros: number, alpha: number): Learning {
  let averaged = 0;
  while (averaged < zeros && 1 / (samples + averaged + 1) > alpha) averaged++;
  const [c, c2] = [samples, samples + averaged];
  const [m, v] =
    averaged === 0
      ? [mean, variance]
      : [(mean * c) / c2, (c * variance) / c2 + (mean * mean * c * averaged) / (c2 * c2)];
  const rest = zeros - averaged;
  if (rest === 0) return { samples: c2, mean: m, variance: v };
  const q = (1 - alpha) ** rest;
  return { samples: c2 + rest, mean: q * m, variance: q * v + m * m * q * (1 - q) };
}

/** The baseline with every slot before the present one learnt. */
export function rolled(baseline: Baseline, now: number, windowMicros: number, againstMicros: number): Baseline {
  const slot = slotOf(now, windowMicros);
  if (slot <= baseline.slot) return baseline;
  const alpha = 2 / (againstMicros / windowMicros + 1);
  const bound = baseline.samples >= SLOW_START ? baseline.mean + MOST_DEVIATIONS * deviationOf(baseline) : Infinity;
  const learning = learn(baseline, Math.min(baseline.served, bound), alpha);
  const empty = Number(slot - baseline.slot - 1n);
  return { ...baseline, ...(empty > 0 ? learnZeros(learning, empty, alpha) : learning), slot, served: 0 };
}

/** How many deviations `rate` is above the mean; 0 until a quarter of `againstMicros` was seen. */
export function deviationAt(
  baseline: Baseline,
  rate: number,
  now: number,
  windowMicros: number,
  againstMicros: number,
): number {
  const present = rolled(baseline, now, windowMicros, againstMicros);
  if (present.samples * windowMicros * 4 < againstMicros) return 0;
  return (rate - present.mean) / deviationOf(present);
}

/**
 * Fits a Poisson process that changes between two states, as `bursty` is, by the moments of its counts. Of such a process with mean rate λ, whose rate
 * has variance V and whose states are left at rates that add up to S, the index of dispersion of counts over t is
 *
 *     1 + 2V/(λS) · (1 − (1 − e^(−St)) / (St))
 *
 * (W. Fischer and K. Meier-Hellstern, "The Markov-modulated Poisson process (MMPP) cookbook", Performance Evaluation 18, 1993, §5). So the
 * dispersions over spans of several lengths give S and V; how skewed the counts of the shortest span are then gives the share of time that is busy.
 */
import { dispersion, type SpanMoments } from "./arrival-moments.ts";

/** Two states, as the clauses of `bursty` say them. Durations are mean lengths. */
export interface MarkovFit {
  /** How much faster the busy state is; a whole number. */
  readonly factor: number;
  readonly burstMicros: number;
  readonly quietMicros: number;
}

/** Bounds of the clause `factor`. */
const LEAST_FACTOR = 2;
const MOST_FACTOR = 10_000;
const LEAST_DURATION = 1_000;
const MOST_DURATION = 86_400e6;
/** Values of S that are tried, per second: from states of hours to states of a fifth of a second. */
const CHANGES = Array.from({ length: 241 }, (_, step) => 1e-4 * 10 ** (step / 50));

/**
 * The two states of a process with these moments; null where its counts vary no more than a Poisson process's.
 *
 * @param ratePerSecond - λ.
 */
export function fitMarkov(moments: readonly SpanMoments[], ratePerSecond: number): MarkovFit | null {
  const shortest = moments[0];
  if (shortest === undefined || ratePerSecond <= 0) return null;
  const { changes, height } = bestChanges(moments);
  const variance = (height * ratePerSecond * changes) / 2;
  if (!(variance > 0)) return null;
  const deviation = Math.sqrt(variance);
  const skew = skewness(shortest, variance, changes);
  // The busy and the quiet rate lie above and below the mean by this ratio; the quiet one is not below zero.
  const ratio = Math.max((skew + Math.sqrt(skew * skew + 4)) / 2, (deviation / ratePerSecond) * (1 + 1 / MOST_FACTOR));
  const busy = 1 / (1 + ratio * ratio);
  const factor = (ratePerSecond + deviation * ratio) / (ratePerSecond - deviation / ratio);
  return {
    factor: Math.min(MOST_FACTOR, Math.max(LEAST_FACTOR, Math.round(factor))),
    burstMicros: bounded(1e6 / (changes * (1 - busy))),
    quietMicros: bounded(1e6 / (changes * busy)),
  };
}

function bounded(micros: number): number {
  return Math.min(MOST_DURATION, Math.max(LEAST_DURATION, micros));
}

/** S, and 2V/(λS), by which the dispersions are nearest to the observed ones, in proportion to how well each is known. */
function bestChanges(moments: readonly SpanMoments[]): { readonly changes: number; readonly height: number } {
  let best = { changes: 1, height: 0, error: Number.POSITIVE_INFINITY };
  for (const changes of CHANGES) {
    let [product, square] = [0, 0];
    for (const span of moments) {
      const grown = growth(changes, span.spanMicros);
      product += weight(span) * grown * (dispersion(span) - 1);
      square += weight(span) * grown * grown;
    }
    const height = product / square;
    const error = moments.reduce((sum, span) => {
      const missed = dispersion(span) - 1 - height * growth(changes, span.spanMicros);
      return sum + weight(span) * missed * missed;
    }, 0);
    if (error < best.error) best = { changes, height, error };
  }
  return best;
}

/** A dispersion is known to within about its own size over the root of half the number of spans. */
function weight(span: SpanMoments): number {
  return span.spans / dispersion(span) ** 2;
}

function growth(changes: number, spanMicros: number): number {
  const x = (changes * spanMicros) / 1e6;
  return 1 + Math.expm1(-x) / x;
}

/** Steps of an integral. */
const STEPS = 200;

/**
 * Skewness of the rate: third factorial cumulant of the counts, less what is lost because the rate changes within a span. For a process of two
 * states, the rates at three moments are as much alike as the first and the last of them.
 */
function skewness({ mean, variance, third, spanMicros }: SpanMoments, rateVariance: number, changes: number): number {
  const span = spanMicros / 1e6;
  const factorial = third - 3 * variance + 2 * mean;
  let kept = 0;
  for (let step = 0; step < STEPS; step++) {
    const apart = (step + 0.5) / STEPS;
    kept += (6 * apart * (1 - apart) * Math.exp(-changes * span * apart)) / STEPS;
  }
  return factorial / (span ** 3 * kept) / rateVariance ** 1.5;
}

/** The index of dispersion over a span that a fit has. */
export function fittedDispersion(fit: MarkovFit, ratePerSecond: number, spanMicros: number): number {
  const { factor, burstMicros, quietMicros } = fit;
  const busy = burstMicros / (burstMicros + quietMicros);
  const quietRate = ratePerSecond / (1 - busy + factor * busy);
  const variance = busy * (1 - busy) * (quietRate * (factor - 1)) ** 2;
  const changes = 1e6 / burstMicros + 1e6 / quietMicros;
  return 1 + ((2 * variance) / (ratePerSecond * changes)) * growth(changes, spanMicros);
}

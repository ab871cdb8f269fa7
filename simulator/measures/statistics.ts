/** Bounds on what a few seeds measured: Wilson's for proportions, and the bootstrap over clients or seeds. */
import type { RandomStream } from "../random.ts";

/** Quantile of the normal distribution for a one-sided bound of 95 %. */
export const Z_ONE_SIDED_95 = 1.644_853_626_951_472_2;
/** Quantile of the normal distribution for a two-sided interval of 95 %. */
export const Z_TWO_SIDED_95 = 1.959_963_984_540_054;
/** Resamples of the bootstrap; 1,000 to 2,000 are usual for the ends of an interval (Efron and Tibshirani, 1993, §13). */
export const RESAMPLES = 2000;

/** Draws of one bootstrap at most: of many samples fewer resamples are taken, since the interval of many varies less. */
const MOST_DRAWS = 10_000_000;
const FEWEST_RESAMPLES = 200;

/** Two ends; each holds by itself with the confidence that was asked for. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** What one seed adds to a ratio: a part of a whole, or a plain value over 1. */
export interface Sample {
  readonly part: number;
  readonly whole: number;
}

/**
 * Score interval of a proportion (E. B. Wilson, JASA 22, 1927). Unlike the textbook one it says something where nothing
 * was counted: 0 of n has an upper end of about z² / n.
 *
 * @param part - From 0 to `whole`.
 * @param z - Default: for a two-sided interval of 95 %.
 * @returns Fractions from 0 to 1; the whole of that where `whole` is 0.
 */
export function wilson(part: number, whole: number, z: number = Z_TWO_SIDED_95): Interval {
  if (whole === 0) return { low: 0, high: 1 };
  const share = part / whole;
  const weight = (z * z) / whole;
  const middle = share + weight / 2;
  const reach = z * Math.sqrt((share * (1 - share)) / whole + weight / (4 * whole));
  return {
    low: part === 0 ? 0 : Math.max(0, (middle - reach) / (1 + weight)),
    high: part === whole ? 1 : Math.min(1, (middle + reach) / (1 + weight)),
  };
}

/** Means of a Poisson variable that is 1, 2 or 3, or more, in 5 of 100 draws: half of the 5 % quantile of chi-square with 2, 4, 6 degrees. */
const FEW: readonly number[] = [0, 0.051_293, 0.355_362, 0.817_691];

/**
 * One-sided 95 % bounds of a proportion of independent observations: Wilson's, modified at both ends, where it promises too
 * much. Of none or all the exact bound of the binomial stands, 1 - 0.05^(1/n), about 3/n (the rule of three: Hanley and
 * Lippman-Hand, JAMA 249, 1983); below one to three, or above all but so many, that of Poisson (Brown, Cai and DasGupta,
 * Statistical Science 16, 2001, §4.1.1).
 *
 * @returns Fractions from 0 to 1.
 */
export function proportionBounds(part: number, whole: number): Interval {
  if (whole === 0) return { low: 0, high: 1 };
  const { low, high } = wilson(part, whole, Z_ONE_SIDED_95);
  return { low: Math.min(low, endBound(part, whole)), high: Math.max(high, 1 - endBound(whole - part, whole)) };
}

/** The lower bound of a count near nothing or near all; 1 for those between. */
function endBound(part: number, whole: number): number {
  if (part === whole) return 0.05 ** (1 / whole);
  const few = FEW[part];
  return few === undefined ? 1 : few / whole;
}

/** The smallest interval that holds both. */
export function hull(a: Interval, b: Interval): Interval {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

/**
 * The value at a rank of the sorted values (nearest rank), such as 0.95; null where that is one that never came.
 *
 * @param values - At least one; null for what never came, which counts as later than all others.
 */
export function quantile(values: readonly (number | null)[], rank: number): number | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(rank * values.length) - 1)] ?? null;
}

/** The parts of all samples over their wholes; 0 where there is no whole. With wholes of 1 it is the mean. */
export function pooledRatio(samples: readonly Sample[]): number {
  const whole = samples.reduce((sum, sample) => sum + sample.whole, 0);
  return whole === 0 ? 0 : samples.reduce((sum, sample) => sum + sample.part, 0) / whole;
}

/**
 * Percentile bootstrap of {@link pooledRatio}: samples are drawn with replacement as often as there are samples, so seeds or
 * clients, never requests, are the independent observations.
 *
 * @param samples - One for each seed, or for each client of each seed; a single one gives an interval without width.
 * @param stream - Where the draws come from; the same state gives the same interval.
 * @param tail - Share left out beyond each end: by default each end is a one-sided bound of 95 %.
 */
export function bootstrapRatio(samples: readonly Sample[], stream: RandomStream, tail = 0.05): Interval {
  const resamples = Math.min(RESAMPLES, Math.max(FEWEST_RESAMPLES, Math.floor(MOST_DRAWS / samples.length)));
  const ratios = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) ratios[i] = resampledRatio(samples, stream);
  ratios.sort();
  const beyond = Math.floor(resamples * tail);
  return { low: ratios[beyond] ?? 0, high: ratios[resamples - 1 - beyond] ?? 0 };
}

function resampledRatio(samples: readonly Sample[], stream: RandomStream): number {
  let part = 0;
  let whole = 0;
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[stream.below(samples.length)];
    part += sample?.part ?? 0;
    whole += sample?.whole ?? 0;
  }
  return whole === 0 ? 0 : part / whole;
}

/** Bounds on what a few seeds measured: Wilson's for proportions of requests, and the bootstrap over seeds. */
import type { RandomStream } from "./random.ts";

/** Quantile of the normal distribution for a one-sided bound of 95 %. */
export const Z_ONE_SIDED_95 = 1.644_853_626_951_472_2;
/** Quantile of the normal distribution for a two-sided interval of 95 %. */
export const Z_TWO_SIDED_95 = 1.959_963_984_540_054;
/** Resamples of the bootstrap; 1,000 to 2,000 are usual for the ends of an interval (Efron and Tibshirani, 1993, §13). */
export const RESAMPLES = 2000;

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

/** The parts of all samples over their wholes; 0 where there is no whole. With wholes of 1 it is the mean. */
export function pooledRatio(samples: readonly Sample[]): number {
  const whole = samples.reduce((sum, sample) => sum + sample.whole, 0);
  return whole === 0 ? 0 : samples.reduce((sum, sample) => sum + sample.part, 0) / whole;
}

/**
 * Percentile bootstrap of {@link pooledRatio}: samples are drawn with replacement as often as there are samples, so seeds, not requests,
 * are the independent observations. Each end is a one-sided bound of 95 %.
 *
 * @param samples - One for each seed; a single one gives an interval without width.
 * @param stream - Where the draws come from; the same state gives the same interval.
 */
export function bootstrapRatio(samples: readonly Sample[], stream: RandomStream): Interval {
  const ratios = new Float64Array(RESAMPLES);
  for (let i = 0; i < RESAMPLES; i++) ratios[i] = resampledRatio(samples, stream);
  ratios.sort();
  const tail = Math.floor(RESAMPLES * 0.05);
  return { low: ratios[tail] ?? 0, high: ratios[RESAMPLES - 1 - tail] ?? 0 };
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

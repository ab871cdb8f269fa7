/** Rates under a factor that is set while a policy runs: each is worked out once and remembered. */
import type { Rate } from "../policy.ts";
import { type ExactRate, exactRate } from "../exact-rate.ts";

/** Factors remembered at a time. */
const MOST_FACTORS = 64;
const LARGEST = Number.MAX_SAFE_INTEGER;

/** What `factor` times as much of a rate is, with a burst that follows. Its time to refill stays within 2^53 microseconds. */
export function scaledRate({ allow, perMicros, burst }: Rate, factor: number): Rate {
  const scaledBurst = Math.max(1, Math.floor(burst * factor));
  const scaledPer = Math.max(1, Math.round(perMicros / factor));
  const longest = Math.min(LARGEST, Math.floor((LARGEST / scaledBurst) * allow));
  return { allow, perMicros: Math.min(scaledPer, longest), burst: scaledBurst };
}

/** What `factor` times as many units are; at least one. */
export function scaledCount(count: number, factor: number): number {
  return Math.max(1, Math.floor(count * factor));
}

export class ScaledRates {
  private readonly byFactor = new Map<number, Map<ExactRate, ExactRate>>();

  /** A rate under a factor. */
  of(rate: ExactRate, factor: number): ExactRate {
    if (factor === 1) return rate;
    let scaled = this.byFactor.get(factor);
    if (scaled === undefined) {
      if (this.byFactor.size === MOST_FACTORS) this.byFactor.clear();
      scaled = new Map();
      this.byFactor.set(factor, scaled);
    }
    const known = scaled.get(rate);
    if (known !== undefined) return known;
    const made = exactRate(scaledRate(rate, factor));
    scaled.set(rate, made);
    return made;
  }
}

/** The distributions that actors draw from, each quantised so that no run depends on the last bit of a floating result. */
import type { RandomStream } from "./random.ts";

/**
 * A gap between arrivals of a Poisson process: exponential by inversion (Knuth, The Art of Computer Programming 2, §3.4.1),
 * rounded to whole microseconds, at least 1, so that time moves on.
 *
 * @param meanMicros - Mean of the distribution, positive.
 */
export function exponentialMicros(stream: RandomStream, meanMicros: number): number {
  return Math.max(1, Math.round(-Math.log(1 - stream.unit()) * meanMicros));
}

/** An integer number of microseconds, uniform from 0 to `maxMicros` inclusive. */
export function uniformMicros(stream: RandomStream, maxMicros: number): number {
  return Math.floor(stream.unit() * (maxMicros + 1));
}

/** Picks an index with a probability proportional to its weight. */
export class WeightedChoice {
  readonly #ends: Float64Array;

  /** @param weights - Not negative, at least one positive. */
  constructor(weights: readonly number[]) {
    this.#ends = new Float64Array(weights.length);
    let sum = 0;
    for (const [i, weight] of weights.entries()) {
      sum += weight;
      this.#ends[i] = sum;
    }
    if (!(sum > 0)) throw new RangeError("a weighted choice needs a positive weight");
  }

  /** Draws one number from `stream`, also where there is but one choice. */
  pick(stream: RandomStream): number {
    const last = this.#ends.length - 1;
    const point = stream.unit() * (this.#ends[last] ?? 0);
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (point < (this.#ends[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/**
 * Popularity of objects by Zipf's law with exponent 1: rank r is asked for in proportion to 1/r. Web and cache traces lie
 * between 0.7 and 1.1 (Breslau et al., "Web Caching and Zipf-like Distributions", 1999). Exponent 1 needs divisions only,
 * which are exact on every machine.
 *
 * @param count - Number of objects, at least 1.
 */
export function zipf(count: number): WeightedChoice {
  return new WeightedChoice(Array.from({ length: count }, (_, rank) => 1 / (rank + 1)));
}

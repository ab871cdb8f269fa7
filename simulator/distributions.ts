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

/**
 * Picks an index with a probability proportional to its weight. A table of guides tells where the search for a drawn point begins, so
 * that a pick takes constant time in the mean (Chen and Asau, "On generating random variates from an empirical distribution", AIIE
 * Transactions 6, 1974).
 */
export class WeightedChoice {
  readonly #ends: Float64Array;
  readonly #sum: number;
  /** By part of the range from 0 to 1: the first index that any point of that part can be of. */
  readonly #guides: Int32Array;

  /** @param weights - Not negative, at least one positive. */
  constructor(weights: readonly number[]) {
    this.#ends = new Float64Array(weights.length);
    let sum = 0;
    for (const [i, weight] of weights.entries()) {
      sum += weight;
      this.#ends[i] = sum;
    }
    if (!(sum > 0)) throw new RangeError("a weighted choice needs a positive weight");
    this.#sum = sum;
    this.#guides = guidesOf(this.#ends, sum);
  }

  /** Draws one number from `stream`, also where there is but one choice. */
  pick(stream: RandomStream): number {
    const ends = this.#ends;
    const part = stream.unit();
    const point = part * this.#sum;
    const last = ends.length - 1;
    let index = this.#guides[Math.floor(part * ends.length)]!;
    while (index < last && point >= ends[index]!) index++;
    return index;
  }
}

/** As many guides as there are weights. The least point of a part is multiplied as every drawn one is, so that rounding misleads none. */
function guidesOf(ends: Float64Array, sum: number): Int32Array {
  const guides = new Int32Array(ends.length);
  let index = 0;
  for (let part = 0; part < guides.length; part++) {
    const least = (part / guides.length) * sum;
    while (index < ends.length - 1 && least >= ends[index]!) index++;
    guides[part] = index;
  }
  return guides;
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

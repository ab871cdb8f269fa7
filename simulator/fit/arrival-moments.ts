/** What is kept of the arrivals of one caller, in constant memory: their rate, their gaps, and how much their counts vary over spans of time. */

/** Spans over which counts are compared, microseconds. The first is the finest that whole seconds of a log can tell. */
export const SPANS: readonly number[] = [1, 2, 5, 10, 20, 60, 120, 300, 600].map((seconds) => seconds * 1e6);
/** Fewer spans than this say nothing of how counts vary. */
const FEWEST_SPANS = 10;

/** Counts in spans of one length: how many spans, and central moments of the count in one. */
export interface SpanMoments {
  readonly spanMicros: number;
  readonly spans: number;
  readonly mean: number;
  readonly variance: number;
  /** Third central moment. */
  readonly third: number;
}

/** Sums over the whole spans that have ended. */
class SpanSums {
  readonly #span: number;
  #index = 0;
  #count = 0;
  #first = 0;
  #second = 0;
  #third = 0;

  constructor(span: number) {
    this.#span = span;
  }

  add(at: number): void {
    const index = Math.floor(at / this.#span);
    if (index !== this.#index) this.#close(index);
    this.#count++;
  }

  #close(index: number): void {
    const count = this.#count;
    this.#first += count;
    this.#second += count * count;
    this.#third += count * count * count;
    this.#index = index;
    this.#count = 0;
  }

  /** Moments over the whole spans within `length`; null where they are too few. Empty spans count as well. */
  finish(length: number): SpanMoments | null {
    const spans = Math.floor(length / this.#span);
    if (this.#index < spans) this.#close(spans);
    if (spans < FEWEST_SPANS) return null;
    const [mean, square, cube] = [this.#first / spans, this.#second / spans, this.#third / spans];
    const variance = square - mean * mean;
    return { spanMicros: this.#span, spans, mean, variance, third: cube - 3 * mean * square + 2 * mean ** 3 };
  }
}

/** The arrivals of one caller. Times are microseconds since the log's first entry, ascending. */
export class ArrivalMoments {
  count = 0;
  readonly #spans: readonly SpanSums[] = SPANS.map((span) => new SpanSums(span));
  #last = 0;
  #gaps = 0;
  #squares = 0;

  add(at: number): void {
    if (this.count > 0) {
      const gap = at - this.#last;
      this.#gaps += gap;
      this.#squares += gap * gap;
    }
    this.#last = at;
    this.count++;
    for (const spans of this.#spans) spans.add(at);
  }

  /** Mean gap between arrivals, microseconds; null for fewer than two gaps, and where all come at one time. */
  get meanGap(): number | null {
    const gaps = this.count - 1;
    return gaps < 2 || this.#gaps === 0 ? null : this.#gaps / gaps;
  }

  /** Coefficient of variation of the gaps between arrivals: 1 for a Poisson process. Null as {@link meanGap} is. */
  get gapVariation(): number | null {
    const mean = this.meanGap;
    if (mean === null) return null;
    return Math.sqrt(Math.max(0, this.#squares / (this.count - 1) - mean * mean)) / mean;
  }

  /** Moments of the counts in spans of each length that the log has enough of; `length` is of the log. Only once. */
  finish(length: number): readonly SpanMoments[] {
    return this.#spans.flatMap((spans) => spans.finish(length) ?? []);
  }
}

/** Moments of callers that are alike, each weighted by its spans: how far their rates lie apart does not count. */
export function pooled(callers: readonly (readonly SpanMoments[])[]): readonly SpanMoments[] {
  return SPANS.flatMap((spanMicros) => {
    const same = callers.flatMap((moments) => moments.filter((each) => each.spanMicros === spanMicros));
    const spans = same.reduce((sum, each) => sum + each.spans, 0);
    if (spans === 0) return [];
    const mean = (of: (each: SpanMoments) => number): number =>
      same.reduce((sum, each) => sum + of(each) * each.spans, 0) / spans;
    return [
      {
        spanMicros,
        spans,
        mean: mean((each) => each.mean),
        variance: mean((each) => each.variance),
        third: mean((each) => each.third),
      },
    ];
  });
}

/** Index of dispersion: variance over mean, 1 for a Poisson process. */
export function dispersion({ mean, variance }: SpanMoments): number {
  return mean === 0 ? 1 : variance / mean;
}

/** Whether arrivals come at multiples of a period, as jobs of a crontab do. */

const SECOND = 1e6;
/** Periods that are looked for. */
const PERIODS: readonly number[] = [
  10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200, 86_400,
].map((seconds) => seconds * SECOND);
/** The mean direction on the circle of a period is at least this long (N. I. Fisher, "Statistical Analysis of Circular Data", 1993, §2.3). */
const LEAST_CONCENTRATION = 0.95;
/** A single burst is concentrated too, so at least this many firings have to be seen, and this share of those that the period has. */
const FEWEST_FIRINGS = 4;
const LEAST_COVERAGE = 0.8;

/** Firings at multiples of a period. */
export interface PeriodFit {
  readonly periodMicros: number;
  /** Requests at a firing. */
  readonly burst: number;
  /** How long after the multiples the firings are, in the mean; from minus to plus half a period. */
  readonly phaseMicros: number;
}

interface Circle {
  cosines: number;
  sines: number;
  firings: number;
  latest: number;
}

/** Watches the arrivals of one caller. */
export class Periods {
  readonly #circles: readonly Circle[] = PERIODS.map(() => ({ cosines: 0, sines: 0, firings: 0, latest: -1 }));
  #first = -1;
  #last = 0;
  #count = 0;

  /** @param at - Microseconds since the Unix epoch: a crontab goes by the clock on the wall. */
  add(at: number): void {
    if (this.#first < 0) this.#first = at;
    this.#last = at;
    this.#count++;
    for (const [index, circle] of this.#circles.entries()) {
      const period = PERIODS[index] ?? 1;
      const angle = (2 * Math.PI * (at % period)) / period;
      circle.cosines += Math.cos(angle);
      circle.sines += Math.sin(angle);
      const firing = this.#firing(at, period);
      if (firing !== circle.latest) circle.firings++;
      circle.latest = firing;
    }
  }

  /** Firings are counted from the first arrival on, which may be anywhere in its period. */
  #firing(at: number, period: number): number {
    return Math.floor((at - this.#first + period / 2) / period);
  }

  /** The longest period that there is; null where there is none. */
  finish(): PeriodFit | null {
    for (let index = PERIODS.length - 1; index >= 0; index--) {
      const period = PERIODS[index] ?? 1;
      const circle = this.#circles[index];
      if (circle === undefined || circle.firings < FEWEST_FIRINGS) continue;
      const due = this.#firing(this.#last, period) + 1;
      const concentration = Math.hypot(circle.cosines, circle.sines) / this.#count;
      if (circle.firings < LEAST_COVERAGE * due || concentration < LEAST_CONCENTRATION) continue;
      const phaseMicros = (Math.atan2(circle.sines, circle.cosines) / (2 * Math.PI)) * period;
      return { periodMicros: period, burst: Math.max(1, Math.round(this.#count / due)), phaseMicros };
    }
    return null;
  }
}

/**
 * The `deviation` of a signal by key: how far the count of the window is from the count that a window of this length has
 * had, in standard deviations. What is usual is an exponentially weighted mean and variance (Finch 2009, "Incremental
 * calculation of weighted mean and variance") of the events let through in windows that lie end to end; while there are
 * few samples it is their plain mean and variance. A sample far above the mean counts for less, so that an attack that
 * begins moves what is usual slowly.
 */
import { countOne, forgetCounters, sumOfCounters, WINDOW_WORDS, WindowTable } from "./counters.ts";
import { RING, SubWindows } from "./sub-windows.ts";
import type { Arena } from "./arena.ts";

// After the head: sum of the events (word 4), their counters by place in the ring (words 5 to 21), then doubles: slot being
// learnt, events let through in it, samples learnt, their mean and variance, time of the latest event.
const SUM = WINDOW_WORDS;
const COUNTERS = SUM + 1;
const SLOT = (COUNTERS + RING) / 2;
const SERVED = SLOT + 1;
const SAMPLES = SLOT + 2;
const MEAN = SLOT + 3;
const VARIANCE = SLOT + 4;
const LAST = SLOT + 5;
const STRIDE = 2 * (LAST + 1);
/** Bytes of an entry. */
export const DEVIATION_BYTES: number = STRIDE * 4;

/** Samples from which on one is cut off, and at how many deviations above the mean. */
const LEAST_TO_CUT = 8;
const MOST_DEVIATIONS = 3;
/** Share of the baseline that must have been learnt before anything is unusual, as a divisor. */
const LEAST_LEARNT = 4;

/** What is usual for a key, while it is brought to a time. One is reused. */
interface Usual {
  samples: number;
  mean: number;
  variance: number;
}

function spread({ mean, variance }: Usual): number {
  return Math.sqrt(Math.max(variance, mean, 1));
}

/** Deviations of one signal, 136 bytes a key. */
export class DeviationTable extends WindowTable {
  private readonly windowMicros: number;
  private readonly againstMicros: number;
  private readonly alpha: number;
  /** Samples up to which their plain mean is kept. */
  private readonly averaged: number;
  private readonly usual: Usual = { samples: 0, mean: 0, variance: 0 };

  /** @param againstMicros - Length of the baseline, from 4 to 100,000 windows. */
  constructor(windowMicros: number, againstMicros: number, arena: Arena, head: number) {
    super(STRIDE, new SubWindows(windowMicros), arena, head);
    this.windowMicros = windowMicros;
    this.againstMicros = againstMicros;
    this.alpha = 2 / (againstMicros / windowMicros + 1);
    this.averaged = samplesAbove(this.alpha);
  }

  /** Counts an event of a key. */
  record(lo: number, hi: number, now: number): void {
    const at = this.enterAt(lo, hi, now);
    countOne(this.words, at + SUM, at + COUNTERS, this.window.place);
  }

  /** Learns that an event of a key was let through. */
  teach(lo: number, hi: number, now: number): void {
    const from = this.enterAt(lo, hi, now) / 2;
    const { doubles, usual } = this;
    this.loadUsual(from, now);
    if (this.slotOf(now) > doubles[from + SLOT]!) {
      doubles[from + SLOT] = this.slotOf(now);
      doubles[from + SERVED] = 0;
    }
    doubles[from + SERVED] = doubles[from + SERVED]! + 1;
    doubles[from + SAMPLES] = usual.samples;
    doubles[from + MEAN] = usual.mean;
    doubles[from + VARIANCE] = usual.variance;
  }

  /** Standard deviations by which a key's count at `now` is above what is usual; 0 until a quarter of the baseline was learnt. */
  read(lo: number, hi: number, now: number): number {
    const { window, usual } = this;
    const at = this.find(lo, hi);
    if (at < 0 || this.isFresh(at, now)) return 0;
    this.loadUsual(at / 2, now);
    if (usual.samples * this.windowMicros * LEAST_LEARNT < this.againstMicros) return 0;
    window.turnTo(now);
    const count = sumOfCounters(this.words, at + SUM, at + COUNTERS, window.place, this.passedAt(at));
    return (count - usual.mean) / spread(usual);
  }

  /** As `enter`; a key that was not seen for longer than the baseline begins anew. */
  private enterAt(lo: number, hi: number, now: number): number {
    const known = this.find(lo, hi);
    if (known >= 0 && this.isFresh(known, now)) this.remove(known);
    const at = this.enter(lo, hi, now);
    if (this.doubles[at / 2 + LAST] === UNSEEN) this.doubles[at / 2 + SLOT] = this.slotOf(now);
    this.doubles[at / 2 + LAST] = now;
    return at;
  }

  private slotOf(now: number): number {
    return (now - (now % this.windowMicros)) / this.windowMicros;
  }

  /** Puts what was usual at a time into `usual`: the slots that have ended since are learnt. The entry stays as it is. */
  private loadUsual(from: number, now: number): void {
    const { doubles, usual } = this;
    usual.samples = doubles[from + SAMPLES]!;
    usual.mean = doubles[from + MEAN]!;
    usual.variance = doubles[from + VARIANCE]!;
    const ended = this.slotOf(now) - doubles[from + SLOT]!;
    if (ended <= 0) return;
    let sample = doubles[from + SERVED]!;
    if (usual.samples >= LEAST_TO_CUT) sample = Math.min(sample, usual.mean + MOST_DEVIATIONS * spread(usual));
    this.learn(sample);
    if (ended > 1) this.learnZeros(ended - 1);
  }

  private learn(sample: number): void {
    const { usual } = this;
    usual.samples += 1;
    const a = Math.max(this.alpha, 1 / usual.samples);
    const d = sample - usual.mean;
    usual.mean += a * d;
    usual.variance = (1 - a) * (usual.variance + a * d * d);
  }

  /** As `learn(0)`, `count` times over. */
  private learnZeros(count: number): void {
    const { usual } = this;
    const averaged = Math.min(count, Math.max(0, this.averaged - usual.samples));
    if (averaged > 0) {
      const c = usual.samples;
      const all = c + averaged;
      usual.variance = (c * usual.variance) / all + (usual.mean * usual.mean * c * averaged) / (all * all);
      usual.mean = (usual.mean * c) / all;
      usual.samples = all;
    }
    const rest = count - averaged;
    const q = (1 - this.alpha) ** rest;
    usual.variance = q * usual.variance + usual.mean * usual.mean * q * (1 - q);
    usual.mean = q * usual.mean;
    usual.samples += rest;
  }

  protected override begin(at: number): void {
    this.doubles[at / 2 + LAST] = UNSEEN;
  }

  protected override forget(at: number, passed: number): void {
    forgetCounters(this.words, at + SUM, at + COUNTERS, this.window.place, passed);
  }

  protected override isFresh(at: number, now: number): boolean {
    return now - this.doubles[at / 2 + LAST]! > this.againstMicros;
  }
}

/** Time of an entry in which nothing was recorded yet. */
const UNSEEN = -1;

/**
 * The largest number of samples n with 1/n above alpha: the whole part of 1/alpha, or one less where it is that exactly. Division
 * rounds, but not past a whole number.
 */
function samplesAbove(alpha: number): number {
  const samples = Math.floor(1 / alpha);
  return 1 / samples > alpha ? samples : samples - 1;
}

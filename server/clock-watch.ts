/**
 * Watches whether the clock of decisions and the wall clock have parted. Decisions run on the monotonic clock, so that nothing that sets
 * the time lifts a ban or refills a limit; but that clock stands still while a machine sleeps or is moved, and keeps the date that a
 * machine had before it learnt the right one. Nobody sees that, unless it is said.
 */
import type { Metrics } from "./metrics.ts";
import type { Report } from "./report.ts";

/** How often the clocks are compared. */
const LOOK_MS = 10_000;
/** More than a leap second, and than two readings of one clock ever differ. */
const APART_MS = 5_000;

/** The two clocks, in milliseconds since the Unix epoch. */
export interface Clocks {
  readonly decisions: () => number;
  readonly wall: () => number;
}

export class ClockWatch {
  readonly #clocks: Clocks;
  readonly #report: Report;
  /** By how much they differed when that was said last. */
  #told = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(clocks: Clocks, report: Report) {
    this.#clocks = clocks;
    this.#report = report;
  }

  /** How far the clock of decisions is behind the wall clock; less than 0 where it is ahead. */
  get behindMs(): number {
    return this.#clocks.wall() - this.#clocks.decisions();
  }

  start(metrics: Metrics): void {
    metrics.addGauge({
      whole: true,
      name: "clock_behind_seconds",
      help: "How far the clock of decisions is behind the wall clock.",
      type: "gauge",
      read: () => this.behindMs / 1_000,
    });
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** Says once how far the clocks are apart, and again when that has changed as much. */
  look(): void {
    const behind = this.behindMs;
    if (Math.abs(behind - this.#told) < APART_MS) return;
    this.#told = behind;
    if (Math.abs(behind) < APART_MS)
      this.#report("the clock of decisions goes with the wall clock again", "clock.rejoined");
    else this.#report(partedText(behind), "clock.parted");
  }
}

function partedText(behindMs: number): string {
  const seconds = Math.round(Math.abs(behindMs) / 1_000).toLocaleString("en");
  const side = behindMs > 0 ? "behind" : "ahead of";
  const why = "because the wall clock was set, or the machine slept";
  const what = "windows, calendars, dates after `until`, ends of overlays and times in the decision log";
  return `the clock of decisions is ${seconds} s ${side} the wall clock, ${why}: ${what} go by it until the server is started anew`;
}

/** Lines that a log has lost: counted, and told once as it begins and once as it has ended. */
import type { Report } from "../report.ts";

/** Milliseconds without a loss after which a slow sink is said to have caught up, so that one at its limit does not fill the report. */
const QUIET_MS = 10_000;

export class Losses {
  /** Lines lost since the start. */
  count = 0;
  readonly #what: string;
  readonly #report: Report;
  /** Why lines are being lost; empty while none are. */
  #cause = "";
  #before = 0;
  #latestMs = 0;

  /** @param what - The log, as a report names it. */
  constructor(what: string, report: Report) {
    this.#what = what;
    this.#report = report;
  }

  /** Lines found no room: the sink is slow, or broken and said to be. */
  add(lines: number): void {
    if (lines === 0) return;
    if (this.#cause === "") this.#begin("it takes lines too slowly, some are dropped");
    this.count += lines;
    this.#latestMs = performance.now();
  }

  /** The sink fails; lines wait and may be lost. */
  fails(why: string): void {
    if (this.#cause === "" || this.#cause === "slow") this.#begin(why);
    this.#cause = why;
  }

  /** All that waited was written. */
  caughtUp(): void {
    if (this.#cause === "") return;
    if (this.#cause === "slow" && performance.now() - this.#latestMs < QUIET_MS) return;
    this.#cause = "";
    this.#report(
      `${this.#what} is written again; ${this.count - this.#before} lines were dropped`,
      "decision_log.recovered",
    );
  }

  #begin(why: string): void {
    if (this.#cause === "") this.#before = this.count;
    this.#cause = "slow";
    this.#report(`${this.#what}: ${why}`, "decision_log.failing");
  }
}

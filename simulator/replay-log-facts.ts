/** What a log says about itself: how long it is, what it leaves out, and what its times are worth. */
import type { Needs, Policy } from "../engine/index.ts";
import type { LogFormat } from "./replay-lines.ts";
import type { LogFacts, SkippedLine } from "./replay-result.ts";

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const FIRST_SKIPPED = 5;
/** A log this long whose minutes are all the same was rewritten: real traffic does not do that over several hours. */
const HOURS_TO_JUDGE_MINUTES = 3;

/** Watches a log go by, first in the order of the file, then in the order of time. */
export class LogWatch {
  readonly #format: LogFormat;
  readonly #firstSkipped: SkippedLine[] = [];
  readonly #minutes = new Set<number>();
  #lines = 0;
  #entries = 0;
  #empty = 0;
  #skipped = 0;
  #wentBack = 0;
  #previous = Number.NEGATIVE_INFINITY;
  #from: number | null = null;
  #to: number | null = null;
  #hours = 0;
  #lastHour = -1;
  #inSecond = 0;
  #lastSecond = -1;
  #mostInOneSecond = 0;

  constructor(format: LogFormat) {
    this.#format = format;
  }

  /** A line as the file holds it. */
  line(): void {
    this.#lines++;
  }

  empty(): void {
    this.#empty++;
  }

  skip(line: number, problem: string): void {
    this.#skipped++;
    if (this.#firstSkipped.length < FIRST_SKIPPED) this.#firstSkipped.push({ line, problem });
  }

  /** An entry, in the order of the file. */
  entry(at: number): void {
    this.#entries++;
    if (at < this.#previous) this.#wentBack++;
    this.#previous = at;
    this.#minutes.add(Math.floor((at % HOUR) / MINUTE));
  }

  /** An entry, in the order of time. */
  ordered(at: number): void {
    this.#from ??= at;
    this.#to = at;
    const hour = Math.floor(at / HOUR);
    if (hour !== this.#lastHour) this.#hours++;
    this.#lastHour = hour;
    const second = Math.floor(at / SECOND);
    this.#inSecond = second === this.#lastSecond ? this.#inSecond + 1 : 1;
    this.#lastSecond = second;
    this.#mostInOneSecond = Math.max(this.#mostInOneSecond, this.#inSecond);
  }

  finish(): LogFacts {
    return {
      format: this.#format,
      lines: this.#lines,
      entries: this.#entries,
      emptyLines: this.#empty,
      skipped: this.#skipped,
      firstSkipped: this.#firstSkipped,
      from: this.#from,
      to: this.#to,
      wentBack: this.#wentBack,
      minutesOfHour: this.#minutes.size,
      hours: this.#hours,
      mostInOneSecond: this.#mostInOneSecond,
    };
  }
}

/** Headers that access logs of the combined format record. */
const LOGGED_HEADERS = new Set(["user-agent", "referer", "host"]);

/** What cannot be concluded from replaying this log under this policy, one sentence each. */
export function caveatsOf(log: LogFacts, policy: Policy, needs: Needs): string[] {
  const caveats = [
    "The recorded callers did not know of this policy. Those refused here would have retried, slowed down, changed " +
      "address or left; this is a first estimate, and scenarios with callers that react (`simulate`) are needed for the rest.",
  ];
  if (log.wentBack > 0) {
    caveats.push(`Time went back ${times(log.wentBack)} from one line to the next; the log was sorted by time first.`);
  }
  if (log.minutesOfHour === 1 && log.hours >= HOURS_TO_JUDGE_MINUTES) {
    caveats.push(
      `All ${log.hours} hours of the log have entries at one and the same minute: its times were rewritten. Rates and ` +
        "windows shorter than some hours cannot be judged on it: what limits and signals of such windows did here says " +
        "little about real traffic.",
    );
  }
  if (log.format === "combined") caveats.push(...notLogged(policy, needs));
  return caveats;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count.toLocaleString("en-US")} times`;
}

function notLogged(policy: Policy, needs: Needs): string[] {
  const caveats: string[] = [];
  const headers = needs.headers.filter((name) => !LOGGED_HEADERS.has(name));
  if (headers.length > 0) {
    caveats.push(`The log does not record these headers, so they were missing everywhere: ${headers.join(", ")}.`);
  }
  const routes = needs.bodyRoutes.map((index) => policy.routes[index]?.name ?? "");
  if (routes.length > 0) caveats.push(`The log records no bodies; the policy reads those of ${routes.join(", ")}.`);
  if (policy.clients.length > 0) {
    caveats.push(
      "The log does not say which client of the inventory a request came from: all were taken as strangers.",
    );
  }
  return caveats;
}

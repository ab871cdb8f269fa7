/**
 * Calendar units on the wall clock of a time zone. The zone's rules come from `Intl`, which is asked when a unit has passed and
 * not for every request. A unit is named by its local date and, for hours, its local hour, so the hour that a clock goes
 * through twice in autumn is one unit, and the one that it leaves out in spring is none.
 */

/** What calendar limits count in. */
export type CalendarUnit = "hour" | "day" | "month";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export class CalendarClock {
  private start = 0;
  private end = 0;
  /** The latest time that `endAfter` was asked about, and its answer. */
  private after = -1;
  private endAfterIt = 0;
  private readonly unit: CalendarUnit;
  private readonly format: Intl.DateTimeFormat;

  /**
   * @param zone - IANA name such as `Europe/Rome`.
   * @throws RangeError where the host does not know the zone.
   */
  constructor(unit: CalendarUnit, zone: string) {
    this.unit = unit;
    this.format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  }

  /** When the unit ends that holds now: the first microsecond in another one. */
  endOf(now: number): number {
    if (now >= this.end || now < this.start) {
      this.start = now;
      this.end = this.findEnd(now);
    }
    return this.end;
  }

  /** As `endOf`, for the unit that begins where another one ended. */
  endAfter(end: number): number {
    if (end !== this.after) {
      this.after = end;
      this.endAfterIt = this.findEnd(end);
    }
    return this.endAfterIt;
  }

  private findEnd(micros: number): number {
    return this.endOfMs(Math.floor(micros / 1000)) * 1000;
  }

  /** What the wall clock shows at a time, as if it were UTC. Milliseconds. */
  private local(ms: number): number {
    const shown = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
    for (const { type, value } of this.format.formatToParts(ms)) {
      if (type in shown) shown[type as keyof typeof shown] = Number(value);
    }
    const { year, month, day, hour, minute, second } = shown;
    return Date.UTC(year, month - 1, day, hour, minute, second) + (ms - Math.floor(ms / 1000) * 1000);
  }

  /** The unit that the wall clock shows at a time, as the local time at which it begins. */
  private unitAt(ms: number): number {
    const local = this.local(ms);
    if (this.unit === "hour") return Math.floor(local / HOUR_MS) * HOUR_MS;
    if (this.unit === "day") return Math.floor(local / DAY_MS) * DAY_MS;
    const date = new Date(local);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  }

  /** The local time at which the unit after one begins. */
  private nextUnit(unit: number): number {
    if (this.unit === "hour") return unit + HOUR_MS;
    if (this.unit === "day") return unit + DAY_MS;
    const date = new Date(unit);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
  }

  /** The first millisecond after `ms` that is in another unit. */
  private endOfMs(ms: number): number {
    const unit = this.unitAt(ms);
    for (let inside = ms; ; ) {
      const candidate = inside + this.nextUnit(unit) - this.local(inside);
      if (this.unitAt(candidate) !== unit) return this.firstOutside(unit, inside, candidate);
      // The clock was set back on the way: the unit goes on.
      inside = candidate;
    }
  }

  /** The first millisecond outside a unit between one that is inside and one that is not. */
  private firstOutside(unit: number, inside: number, outside: number): number {
    if (this.unitAt(outside - 1) === unit) return outside;
    // The clock was set forward on the way.
    let first = outside;
    for (let last = inside; first - last > 1; ) {
      const middle = Math.floor((last + first) / 2);
      if (this.unitAt(middle) === unit) last = middle;
      else first = middle;
    }
    return first;
  }
}

/**
 * Hour, weekday and time of day in an IANA time zone. The zone's rules come from `Intl`, asked once for each quarter of an hour of
 * request time and remembered: since 1972 every offset and every change of one falls on a quarter.
 */

const QUARTER_MICROS = 900_000_000;
const HOUR_MICROS = 3_600_000_000;
const MINUTE_MICROS = 60_000_000;
const SECOND_MICROS = 1_000_000;
const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

export class ZoneClock {
  private readonly format: Intl.DateTimeFormat;
  private quarter = -1;
  private hourNow = 0;
  private weekdayNow = "";
  private dayNow = 0;
  /** Microseconds since local midnight at which the quarter began. */
  private startOfQuarter = 0;

  /**
   * @param zone - IANA name such as `Europe/Rome`.
   * @throws RangeError where the host does not know the zone.
   */
  constructor(zone: string) {
    this.format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
      weekday: "short",
    });
  }

  /** 0 to 23. */
  hour(nowMicros: number): number {
    this.turnTo(nowMicros);
    return this.hourNow;
  }

  /** `mon` to `sun`. */
  weekday(nowMicros: number): string {
    this.turnTo(nowMicros);
    return this.weekdayNow;
  }

  /** 0 for Monday to 6. */
  day(nowMicros: number): number {
    this.turnTo(nowMicros);
    return this.dayNow;
  }

  /** Microseconds since local midnight, as the wall clock shows them. */
  timeOfDay(nowMicros: number): number {
    this.turnTo(nowMicros);
    return this.startOfQuarter + nowMicros - this.quarter * QUARTER_MICROS;
  }

  private turnTo(nowMicros: number): void {
    const quarter = Math.floor(nowMicros / QUARTER_MICROS);
    if (quarter === this.quarter) return;
    this.quarter = quarter;
    this.startOfQuarter = 0;
    for (const part of this.format.formatToParts((quarter * QUARTER_MICROS) / 1000)) this.take(part);
  }

  private take({ type, value }: Intl.DateTimeFormatPart): void {
    if (type === "hour") {
      this.hourNow = Number(value);
      this.startOfQuarter += this.hourNow * HOUR_MICROS;
    } else if (type === "minute") this.startOfQuarter += Number(value) * MINUTE_MICROS;
    else if (type === "second") this.startOfQuarter += Number(value) * SECOND_MICROS;
    else if (type === "weekday") {
      this.weekdayNow = value.toLowerCase();
      this.dayNow = WEEKDAYS.indexOf(this.weekdayNow);
    }
  }
}

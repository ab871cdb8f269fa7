/**
 * Hour and weekday in an IANA time zone. The zone's rules come from `Intl`, asked once for each quarter of an hour of
 * request time and remembered: since 1972 every offset and every change of one falls on a quarter.
 */

const QUARTER_MICROS = 900_000_000;

export class ZoneClock {
  private readonly format: Intl.DateTimeFormat;
  private quarter = -1;
  private hourNow = 0;
  private weekdayNow = "";

  /**
   * @param zone - IANA name such as `Europe/Rome`.
   * @throws RangeError where the host does not know the zone.
   */
  constructor(zone: string) {
    this.format = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      hour: "2-digit",
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

  private turnTo(nowMicros: number): void {
    const quarter = Math.floor(nowMicros / QUARTER_MICROS);
    if (quarter === this.quarter) return;
    this.quarter = quarter;
    for (const part of this.format.formatToParts(Math.floor(nowMicros / 1000))) {
      if (part.type === "hour") this.hourNow = Number(part.value);
      if (part.type === "weekday") this.weekdayNow = part.value.toLowerCase();
    }
  }
}

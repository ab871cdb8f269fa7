/** Dates and times as policies, list files and inventories write them: RFC 3339, or a bare date, which is its midnight UTC. */

/** Microseconds since the Unix epoch; or what is wrong, as the second half of a sentence about the text, and the remedy. */
export type TimeReading = number | { readonly problem: string; readonly help: string };

const TIME = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d)))?$/i;
const NO_TIME = { problem: "is not a time", help: "times are written `2027-01-31` or `2027-01-31T08:00:00Z`" };
const OUT_OF_RANGE = {
  problem: "is out of range",
  help: "times lie between the years 1685 and 2254: `2254-12-31` is as good as never",
};

/** Reads a time. Digits past the microsecond are cut. */
export function readTimeText(text: string): TimeReading {
  const parts = TIME.exec(text);
  if (parts === null) return NO_TIME;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part: string | undefined) => Number(part ?? 0));
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return NO_TIME;
  const [zoneHours, zoneMinutes] = [Number(parts[9] ?? 0), Number(parts[10] ?? 0)];
  if (hour > 23 || minute > 59 || second > 60 || zoneHours > 23 || zoneMinutes > 59) return NO_TIME;
  // The platform takes years below 100 for years of another century.
  if (year < 1000) return OUT_OF_RANGE;
  const micros = Number((parts[7] ?? "").slice(0, 6).padEnd(6, "0"));
  const offset = (zoneHours * 60 + zoneMinutes) * (parts[8] === "-" ? -1 : 1);
  const value = Date.UTC(year, month - 1, day, hour, minute - offset, second) * 1_000 + micros;
  if (!Number.isSafeInteger(value)) return OUT_OF_RANGE;
  return second < 60 ? value : leapSecond(value - micros);
}

/** @param next - Microseconds of the second after it. */
function leapSecond(next: number): TimeReading {
  const written = new Date(next / 1_000).toISOString().replace(".000Z", "Z");
  return { problem: "is in a leap second, which the clock does not have", help: `write \`${written}\`` };
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

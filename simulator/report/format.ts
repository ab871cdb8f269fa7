/** How reports write numbers, times, bars and columns, the same everywhere. */
import { SECOND } from "../clock.ts";

const MILLISECOND = SECOND / 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A count with thousands apart: `12,345`. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A count; `at least 12,345` where more were met than could be told apart. */
export function formatBoundedCount({ count, exact }: { readonly count: number; readonly exact: boolean }): string {
  return exact ? formatCount(count) : `at least ${formatCount(count)}`;
}

/** A mean of counts: whole from ten on, two decimals below, `0` for nothing. */
export function formatMean(mean: number): string {
  return mean >= 10 || Number.isInteger(mean) ? formatCount(mean) : mean.toFixed(2);
}

/** A percentage to two decimals, never rounded to nothing or to all: `0.14 %`, `<0.01 %`, `>99.99 %`. */
export function formatPercent(percent: number): string {
  if (percent > 0 && percent < 0.01) return "<0.01 %";
  if (percent < 100 && percent > 99.99) return ">99.99 %";
  return `${Number(percent.toFixed(2))} %`;
}

/** A duration in the two largest units that it fills, the lesser one only where there is any: `850 ms`, `1.3 s`, `5m 12s`, `36h`, `3d 11h`. */
export function formatDuration(micros: number): string {
  if (micros === 0) return "0 s";
  if (micros < MILLISECOND) return `${Math.round(micros)} µs`;
  if (micros < SECOND) return `${Math.round(micros / MILLISECOND)} ms`;
  if (micros < MINUTE) return `${Math.floor(micros / (SECOND / 10)) / 10} s`;
  if (micros < HOUR) return twoUnits(micros, MINUTE, "m", SECOND, "s");
  if (micros < 2 * DAY) return twoUnits(micros, HOUR, "h", MINUTE, "m");
  return twoUnits(micros, DAY, "d", HOUR, "h");
}

function twoUnits(micros: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((micros % large) / small);
  const whole = `${Math.floor(micros / large)}${largeName}`;
  return rest === 0 ? whole : `${whole} ${String(rest).padStart(2, "0")}${smallName}`;
}

/** `1 client`, `2 clients`. */
export function plural(count: number, thing: string): string {
  return `${formatCount(count)} ${thing}${count === 1 ? "" : "s"}`;
}

const BARS = " ▁▂▃▄▅▆▇█";

/**
 * A line of bars, one for each value. Anything above nothing is seen: it gets at least the lowest bar.
 *
 * @param most - Value of a full bar.
 */
export function formatBars(values: readonly number[], most: number): string {
  return values.map((value) => BARS[value <= 0 ? 0 : Math.max(1, Math.round((8 * value) / most))] ?? "█").join("");
}

/** Adds neighbours up so that at most `columns` values are left, all of equally many but the last. */
export function mergeBins(values: readonly number[], columns: number): readonly number[] {
  const each = Math.max(1, Math.ceil(values.length / columns));
  return Array.from({ length: Math.ceil(values.length / each) }, (_, i) =>
    values.slice(i * each, (i + 1) * each).reduce((sum, value) => sum + value, 0),
  );
}

/** Lays rows out in columns, two spaces apart. `align` has `l` or `r` for each column; the last one is not padded. */
export function formatTable(rows: readonly (readonly string[])[], align: string): readonly string[] {
  const widths = Array.from({ length: align.length }, (_, column) =>
    rows.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return align[column] === "r" ? cell.padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
}

/** Colours of a terminal, or none. */
export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  bold(text: string): string;
  dim(text: string): string;
}

const plainText = (text: string): string => text;
const sgr =
  (code: number) =>
  (text: string): string =>
    `\u{1b}[${code}m${text}\u{1b}[0m`;

/** The paint of a terminal, or of plain text. */
export function paintFor(color: boolean): Paint {
  if (!color) return { good: plainText, bad: plainText, bold: plainText, dim: plainText };
  return { good: sgr(32), bad: sgr(31), bold: sgr(1), dim: sgr(2) };
}

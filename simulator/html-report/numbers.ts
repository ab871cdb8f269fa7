/** Numbers as all reports write them, but never broken between a number and its unit where a line ends. */
import * as plain from "../report/format.ts";

export { formatDollars } from "../report/cost.ts";
export { formatCount, formatMean, plural } from "../report/format.ts";

/** `0.14 %`, with a blank that holds. */
export function formatPercent(percent: number): string {
  return unbroken(plain.formatPercent(percent));
}

/** `5m 12s`, with a blank that holds. */
export function formatDuration(micros: number): string {
  return unbroken(plain.formatDuration(micros));
}

function unbroken(text: string): string {
  return text.replaceAll(" ", "\u00A0");
}

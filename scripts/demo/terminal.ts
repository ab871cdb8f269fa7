/** What `npm start` prints with: colour where a terminal wants it, and columns. */

/** Colours a text, or leaves it as it is. */
export interface Paint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly bad: (text: string) => string;
}

/** @param color - Whether escape sequences are wanted (https://no-color.org decides that at the caller). */
export function makePaint(color: boolean): Paint {
  const style = (code: number) => (text: string) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { bold: style(1), dim: style(2), good: style(32), warn: style(33), bad: style(31) };
}

/** A whole number with separators, such as `53,989`. */
export function count(value: number): string {
  return value.toLocaleString("en");
}

/** A number as short as it can be said: `0`, `1.7`, `55.3`. */
export function decimal(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 1 });
}

/** Microseconds as seconds or minutes. */
export function span(micros: number): string {
  return micros < 120e6 ? `${decimal(micros / 1e6)} s` : `${decimal(micros / 60e6)} min`;
}

/** A number of things, such as `1 limit` or `3 rules`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

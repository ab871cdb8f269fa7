/** Counts in messages. */

/** `1 client`, `2 clients`, `12,345 clients`. */
export function plural(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

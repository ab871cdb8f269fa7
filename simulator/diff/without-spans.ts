/** Parts of a policy as text that is equal wherever they stand: their places move with the lines around them. */
export function withoutSpans(part: unknown): string {
  return JSON.stringify(part, (member, value: unknown) => (member === "span" ? undefined : value));
}

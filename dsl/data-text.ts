/** Plain data as text, to tell whether two are equal. */

/**
 * Text that is equal for equal data: several times faster than JSON with a replacer, of which lints would ask for each condition.
 *
 * @param skips - Names of members that make no difference.
 * @param seenAs - What a value counts as.
 */
export function dataText(
  data: unknown,
  skips: (key: string) => boolean,
  seenAs: (value: object) => object = itself,
): string {
  // The length in front makes quoting unnecessary.
  if (typeof data === "string") return `${data.length}"${data}`;
  if (typeof data !== "object" || data === null) return String(data);
  const value = seenAs(data);
  let text = Array.isArray(value) ? "[" : "{";
  for (const key in value) {
    const member = (value as Readonly<Record<string, unknown>>)[key];
    if (member !== undefined && !skips(key)) text += `${key}:${dataText(member, skips, seenAs)},`;
  }
  return `${text}}`;
}

function itself(value: object): object {
  return value;
}

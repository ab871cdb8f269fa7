/** Members of records that callers fill: what a record inherits does not count. */

/** The value of a record's own member, or null; also where a caller that heeds no types put something else there. */
export function ownText(record: Readonly<Record<string, string>> | null, name: string): string | null {
  const value: unknown = record !== null && Object.hasOwn(record, name) ? record[name] : null;
  return typeof value === "string" ? value : null;
}

/** How many members of its own a record has. */
export function countOwn(record: Readonly<Record<string, string>>): number {
  let count = 0;
  for (const name in record) if (Object.hasOwn(record, name)) count++;
  return count;
}

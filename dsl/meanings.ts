/** Words that people write, and what they mean by them. */

/**
 * Turns meanings, each with the words for it, around.
 *
 * @param words - By meaning: its words, divided by spaces.
 */
export function meaningsOf(words: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const entries = Object.entries(words).flatMap(([meaning, list]) =>
    list.split(" ").map((word) => [word, meaning] as const),
  );
  return new Map(entries);
}

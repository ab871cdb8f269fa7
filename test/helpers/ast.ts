/** Looking at trees in tests: without their places, and as text. */

/** A tree without spans, and without how its strings were written: what must not change when a text is formatted. */
export function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key, inner]) => key !== "span" && key !== "opSpan" && !isRawString(key, inner),
  );
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutPlaces(inner)]));
}

function isRawString(key: string, value: unknown): boolean {
  return key === "raw" && typeof value === "string" && value.startsWith('"');
}

/** A tree as indented text: one field a line, nothing that is null or empty, short things on one line. */
export function dump(value: unknown, depth = 0): string {
  const flat = JSON.stringify(prune(value)) ?? "";
  if (flat.length + depth * 2 <= 100 || typeof value !== "object" || value === null) return flat.replaceAll('"', "'");
  const pad = "  ".repeat(depth + 1);
  if (Array.isArray(value)) return `\n${value.map((item) => `${pad}- ${dump(item, depth + 1)}`).join("\n")}`;
  const fields = Object.entries(prune(value) as object);
  return `\n${fields.map(([key, inner]) => `${pad}${key}: ${dump(inner, depth + 1)}`).join("\n")}`;
}

/** Without what says nothing: nulls, empty strings and false, and names as their text alone. */
function prune(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(prune);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null && inner !== "" && inner !== false);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined && only[0] === "text") return only[1];
  return Object.fromEntries(entries.map(([key, inner]) => [key, prune(inner)]));
}

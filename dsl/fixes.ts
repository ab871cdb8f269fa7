/** Applying certain fixes to a text. */
import type { Fix } from "./diagnostic.ts";

/** A text with some fixes applied. */
export interface FixedText {
  readonly text: string;
  /** Those that were applied, in the order of the text. */
  readonly applied: readonly Fix[];
}

/**
 * Applies fixes from the front of the text. One that touches the place of an earlier one is left for another round, since the text it
 * was made for is gone.
 */
export function applyFixes(text: string, fixes: readonly Fix[]): FixedText {
  const applied: Fix[] = [];
  const parts: string[] = [];
  let at = -1;
  for (const fix of fixes.toSorted((a, b) => a.span.start - b.span.start || a.span.end - b.span.end)) {
    const { start, end } = fix.span;
    if (start <= at || end > text.length) continue;
    parts.push(text.slice(Math.max(at, 0), start), fix.text);
    applied.push(fix);
    at = end;
  }
  return { text: parts.join("") + text.slice(Math.max(at, 0)), applied };
}

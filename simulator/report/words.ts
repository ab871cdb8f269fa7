/** Text of others in reports: made harmless for a terminal. */
import { wrapText } from "../../dsl/index.ts";
import type { Paint } from "./format.ts";

/**
 * Characters that a terminal obeys or that change how the rest of a line reads: controls, line and paragraph separators,
 * marks of writing direction, and the byte-order mark.
 */
const UNSEEN = /[\u0000-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/g;

/** `text` with each character that does not show itself spelt out as `\u{…}`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (unseen) => `\\u{${unseen.charCodeAt(0).toString(16)}}`);
}

/** The last part of a report, `width` wide: what cannot be concluded from it, an item a sentence. */
export function caveatLines(sentences: readonly string[], width: number, paint: Paint): readonly string[] {
  return [
    paint.bold("What this cannot tell"),
    ...sentences.flatMap((sentence) =>
      wrapText(visible(sentence), width - 4).map((line, index) => `${index === 0 ? "  - " : "    "}${line}`),
    ),
  ];
}

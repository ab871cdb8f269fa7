/** Text of others in reports: made harmless for a terminal. */
import { wrapText } from "../../dsl/index.ts";
import type { Paint } from "./format.ts";

/**
 * Characters that a terminal obeys, that change how the rest of a line reads, or that are not seen: controls, line and paragraph separators,
 * marks of format and direction, and whatever Unicode says may be left out where it cannot be shown (UAX #44, Default_Ignorable_Code_Point:
 * soft hyphens, fillers, tags).
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** `text` with each character that does not show itself spelt out as `\u{…}`. */
export function visible(text: string): string {
  return text.replace(UNSEEN, (unseen) => `\\u{${(unseen.codePointAt(0) ?? 0).toString(16)}}`);
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
